"""Tests of percepta.models."""
