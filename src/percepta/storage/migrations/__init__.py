"""Alembic migrations of the catalogue, shipped in the package."""
