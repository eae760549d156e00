"""The tables of the catalogue. A change here needs a migration in ``migrations/versions``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcTime(TypeDecorator[datetime]):
    """A point in time, UTC; SQLite forgets the zone, so it is given back here."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Store without zone, in UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

projects = Table(
    "projects",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created", UtcTime, nullable=False),
    UniqueConstraint("name"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("model_hash", String(128), nullable=False),
    Column("code_hash", String(128), nullable=False),
    Column("model", JSON, nullable=False),
    Column("name", String(200), nullable=False),
    Column("notes", Text, nullable=False),
    Column("parent", ForeignKey("versions.id")),
    Column("colour", Integer, nullable=False),
    Column("created", UtcTime, nullable=False),
    UniqueConstraint("project", "number"),
    UniqueConstraint("project", "model_hash", "code_hash"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("version", ForeignKey("versions.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("samples", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("subsets", JSON, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("finished", UtcTime),
    Index(None, "project", "created"),
    Index(None, "status"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("params", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("resumable", Boolean, nullable=False),
    Column("stage", String(200), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("unit", String(32), nullable=False),
    Column("rate", Float),
    Column("eta", Float),
    Column("message", Text, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("project", ForeignKey("projects.id")),
    Column("run", ForeignKey("runs.id")),
    Column("pid", Integer),
    Column("heartbeat", UtcTime),
    Column("created", UtcTime, nullable=False),
    Column("started", UtcTime),
    Column("finished", UtcTime),
    Index(None, "status", "created"),
    Index(None, "run"),
)

dashboards = Table(
    "dashboards",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("document", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("updated", UtcTime, nullable=False),
    UniqueConstraint("project", "name"),
)

derived_fields = Table(
    "derived_fields",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("expression", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    UniqueConstraint("project", "name"),
)

collections = Table(
    "collections",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("filter", JSON, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("members", LargeBinary),
    Column("created", UtcTime, nullable=False),
    UniqueConstraint("project", "name"),
)
