"""The words of percepta as small frozen types. Imports nothing heavier than numpy."""
