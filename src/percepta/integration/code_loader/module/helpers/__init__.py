"""`code_loader.helpers`: where older scripts import `visualize` from."""

from percepta.integration.code_loader.module.plot_functions.visualize import visualize

__all__ = ["visualize"]
