"""The integration script of `percepta demo digits`."""

from percepta.demos import training_log, weights_file
from percepta.demos.data import load_digits
from percepta.demos.script import define

define("digits", load_digits, lambda: weights_file("digits"), lambda: training_log("digits"))
