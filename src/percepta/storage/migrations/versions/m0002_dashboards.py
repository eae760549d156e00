"""Dashboards, derived fields and collections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of what a project keeps beside its runs."""
    op.create_table(
        "dashboards",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("updated", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dashboards"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_dashboards_project"),
        sa.UniqueConstraint("project", "name", name="uq_dashboards_project_name"),
    )
    op.create_table(
        "derived_fields",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("expression", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_derived_fields"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_derived_fields_project"),
        sa.UniqueConstraint("project", "name", name="uq_derived_fields_project_name"),
    )
    op.create_table(
        "collections",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("filter", sa.JSON, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("members", sa.LargeBinary),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_collections_project"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_collections_run"),
        sa.UniqueConstraint("project", "name", name="uq_collections_project_name"),
    )
