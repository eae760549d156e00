"""The tests of percepta; one folder a floor."""
