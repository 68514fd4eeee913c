"""The table of the sets of results (docs/domain.md, Results)."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.result.tables import checked, of_result
from kinegraph.workout.tables import required

ON_MOVEMENT = text("movement_id IS NOT NULL")

result_sets = Table(
    "result_sets",
    metadata,
    key(),
    required("organization_id"),
    required("result_id"),
    required("athlete_id"),
    Column("movement_id", Uuid),
    required("exercise_id", "exercises.id"),
    Column("sort_order", Integer, nullable=False),
    Column("number", Integer, CheckConstraint("number BETWEEN 1 AND 100"), nullable=False),
    Column("target_reps_min", Integer),
    Column("target_reps_max", Integer),
    Column("target_load", Double),
    Column("target_load_unit", String(16)),
    Column("target_duration_seconds", Integer),
    Column("target_distance_meters", Double),
    Column("target_calories", Integer),
    checked("reps", Integer(), "reps BETWEEN 0 AND 10000"),
    checked("load", Numeric(8, 3), "load >= 0"),
    checked("load_unit", String(2), "load_unit IN ('kg', 'lb')"),
    Column(
        "load_kg",
        Numeric,
        Computed("CASE load_unit WHEN 'lb' THEN load * 0.45359237 ELSE load END", persisted=True),
    ),
    checked("rpe", Numeric(3, 1), "rpe BETWEEN 1 AND 10"),
    checked("rir", SmallInteger(), "rir BETWEEN 0 AND 10"),
    checked("seconds", Numeric(8, 2), "seconds > 0"),
    checked("distance_meters", Numeric(10, 2), "distance_meters > 0"),
    checked("calories", Integer(), "calories >= 0"),
    Column("notes", Text),
    *moments(deleted=False),
    CheckConstraint("(load IS NULL) = (load_unit IS NULL)", name="result_sets_load_chk"),
    CheckConstraint("rpe IS NULL OR rir IS NULL", name="result_sets_effort_chk"),
    of_result("result_sets_result_fkey"),
    ForeignKeyConstraint(
        ["movement_id", "organization_id"],
        ["workout_movements.id", "workout_movements.organization_id"],
        name="result_sets_movement_fkey",
        ondelete="SET NULL (movement_id)",
    ),
    Index(
        "result_sets_movement_number_idx", "result_id", "movement_id", "number",
        unique=True, postgresql_where=ON_MOVEMENT,
    ),
    Index("result_sets_result_idx", "result_id", "sort_order", "number"),
    Index("result_sets_movement_idx", "movement_id", postgresql_where=ON_MOVEMENT),
    Index("result_sets_exercise_idx", "athlete_id", "exercise_id"),
)  # fmt: skip
