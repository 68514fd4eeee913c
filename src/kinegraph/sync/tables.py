"""The tables of the change feed (docs/sync.md). Triggers alone write them (migrations 0044, 0049 and 0050)."""

from typing import Any  # SQLAlchemy's types of a type of PostgreSQL that it does not know

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Index, String, Table, Uuid, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from kinegraph.kit.database import UNVERSIONED, metadata


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's xid8: the number of a transaction, which is never used again."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type."""
        return "xid8"


ischema_names["xid8"] = TransactionId


def _change() -> "list[Column[Any]]":
    """The transaction of the last change, and when it began."""
    return [
        Column("changed_in", TransactionId(), nullable=False, server_default=text("pg_current_xact_id()")),
        Column("changed_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    ]


sync_changes = Table(
    "sync_changes",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("type", String(30, collation="C"), primary_key=True),
    Column("organization_id", Uuid, primary_key=True),
    Column("object_id", Uuid, primary_key=True),
    Column("is_removed", Boolean, nullable=False),
    *_change(),
    CheckConstraint(
        "type IN ('AssignmentResult', 'EffectiveExercise', 'Enrollment', 'ExerciseLog', 'Patient', 'PlanVersion',"
        " 'WorkoutAssignment')",
        name="sync_changes_type_chk",
    ),
    Index("sync_changes_transaction_idx", "user_id", "changed_in"),
    Index("sync_changes_removed_idx", "changed_at", postgresql_where=text("is_removed")),
    info=UNVERSIONED,
)

# organization_id is 0 for a canonical exercise.
sync_contents = Table(
    "sync_contents",
    metadata,
    Column("object_id", Uuid, primary_key=True),
    Column("organization_id", Uuid, primary_key=True),
    *_change(),
    info=UNVERSIONED,
)

sync_retention = Table(
    "sync_retention",
    metadata,
    Column("id", Boolean, CheckConstraint("id"), primary_key=True, server_default=text("true")),
    Column("stored_since", DateTime(timezone=True), nullable=False),
    info=UNVERSIONED,
)
