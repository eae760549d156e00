"""`code_loader.visualizers`."""
