"""The integration script of `percepta demo mnist`."""

from percepta.demos import training_log, weights_file
from percepta.demos.data import load_mnist
from percepta.demos.script import define

define("mnist", load_mnist, lambda: weights_file("mnist"), lambda: training_log("mnist"))
