"""Projects, versions, runs and jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "projects",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("model_hash", sa.String(128), nullable=False),
        sa.Column("code_hash", sa.String(128), nullable=False),
        sa.Column("model", sa.JSON, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("parent", sa.String(32)),
        sa.Column("colour", sa.Integer, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_versions_project"),
        sa.ForeignKeyConstraint(["parent"], ["versions.id"], name="fk_versions_parent"),
        sa.UniqueConstraint("project", "number", name="uq_versions_project_number"),
        sa.UniqueConstraint(
            "project", "model_hash", "code_hash", name="uq_versions_project_model_hash_code_hash"
        ),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("subsets", sa.JSON, nullable=False),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("finished", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_runs_project"),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name="fk_runs_version"),
    )
    op.create_index("ix_runs_project_created", "runs", ["project", "created"])
    op.create_index("ix_runs_status", "runs", ["status"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("resumable", sa.Boolean, nullable=False),
        sa.Column("stage", sa.String(200), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("rate", sa.Float),
        sa.Column("eta", sa.Float),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("error", sa.JSON),
        sa.Column("project", sa.String(32)),
        sa.Column("run", sa.String(32)),
        sa.Column("pid", sa.Integer),
        sa.Column("heartbeat", sa.DateTime),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("started", sa.DateTime),
        sa.Column("finished", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_jobs_project"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_jobs_run"),
    )
    op.create_index("ix_jobs_status_created", "jobs", ["status", "created"])
    op.create_index("ix_jobs_run", "jobs", ["run"])


def downgrade() -> None:
    """Remove them."""
    for table in ("jobs", "runs", "versions", "projects"):
        op.drop_table(table)
