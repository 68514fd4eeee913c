"""The tables of results and their submissions (docs/domain.md, Results)."""

from typing import Any  # columns of any type

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.types import TypeEngine

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.workout.tables import LIVE, SCORINGS, required


def checked(name: str, kind: "TypeEngine[Any]", condition: str) -> "Column[object]":
    """A column whose values meet a condition."""
    return Column(name, kind, CheckConstraint(condition))


def of_result(name: str) -> ForeignKeyConstraint:
    """The reference to a result of the same organization and athlete."""
    columns = ("organization_id", "athlete_id")
    targets = [f"assignment_results.{column}" for column in ("id", *columns)]
    return ForeignKeyConstraint(["result_id", *columns], targets, name=name, ondelete="CASCADE")


assignment_results = Table(
    "assignment_results",
    metadata,
    key(),
    required("organization_id"),
    required("assignment_id"),
    required("athlete_id"),
    required("updated_by_user_id", "users.id"),
    Column("scoring", ENUM(*SCORINGS, name="workout_scoring"), nullable=False),
    Column("performed_on", Date, nullable=False),
    checked("time_seconds", Numeric(8, 2), "time_seconds > 0"),
    checked("reps", Integer(), "reps >= 0"),
    checked("rounds", Integer(), "rounds >= 0"),
    checked("weight", Numeric(8, 3), "weight > 0"),
    checked("weight_unit", String(2), "weight_unit IN ('kg', 'lb')"),
    checked("distance_meters", Numeric(10, 2), "distance_meters > 0"),
    checked("calories", Integer(), "calories >= 0"),
    checked("points", Numeric(10, 2), "points >= 0"),
    Column("is_scaled", Boolean, nullable=False, server_default=text("false")),
    checked("exertion", Numeric(3, 1), "exertion BETWEEN 1 AND 10"),
    Column("notes", Text),
    *moments(),
    CheckConstraint("(weight IS NULL) = (weight_unit IS NULL)", name="assignment_results_weight_chk"),
    ForeignKeyConstraint(
        ["assignment_id", "organization_id", "athlete_id"],
        [f"workout_assignments.{column}" for column in ("id", "organization_id", "athlete_id")],
        name="assignment_results_assignment_fkey",
    ),
    UniqueConstraint("id", "organization_id", "athlete_id", name="assignment_results_id_athlete_key"),
    Index("assignment_results_assignment_idx", "assignment_id", "organization_id", unique=True, postgresql_where=LIVE),
    Index("assignment_results_athlete_idx", "athlete_id", "performed_on", postgresql_where=LIVE),
)

result_submissions = Table(
    "result_submissions",
    metadata,
    key(),
    required("organization_id"),
    required("result_id"),
    required("athlete_id"),
    Column("client_id", String(100), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("content", JSONB, nullable=False),
    required("recorded_by_user_id", "users.id"),
    *moments(deleted=False),
    of_result("result_submissions_result_fkey"),
    Index("result_submissions_client_idx", "organization_id", "athlete_id", "client_id", unique=True),
    Index("result_submissions_result_idx", "result_id", "created_at"),
)
