"""`code_loader.contract`: the value types of integration scripts."""
