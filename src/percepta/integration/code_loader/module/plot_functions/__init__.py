"""`code_loader.plot_functions`."""
