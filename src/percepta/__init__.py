"""percepta: see how a deep network perceives your data."""

__version__ = "0.1.0"
