"""The tables of the training layers of exercises: profiles, safety constraints, the progression graph."""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kinegraph.exercise.tables_details import detail
from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.taxonomy.tables import scope

exercise_programming_profiles = detail(
    "exercise_programming_profiles",
    Column("difficulty_level", Integer),
    Column("force_type", String(16)),
    Column("stability_demand", Integer),
    Column("skill_demand", Integer),
    Column("recommended_rep_ranges", JSONB, nullable=False, server_default=text("'{}'")),
    Column("recommended_rest_times", JSONB, nullable=False, server_default=text("'{}'")),
    Column("default_tempo", String(20)),
    Column("fatigue_score", Integer),
    Column("muscular_damage_potential", Integer),
    Column("neuromuscular_demand", Integer),
    Column("minimum_recovery", Integer),
    Column("optimal_frequency", Integer),
    Column("lifespan", Integer),
    Column("caloric_demand", Integer),
    Column("epoc_effect", Integer),
    Column("class_key", String(40)),
    Column("modifiers", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("measured_ranges", JSONB, nullable=False, server_default=text("'{}'")),
    Column("recommended_sets", JSONB, nullable=False, server_default=text("'{}'")),
    Index("exercise_programming_profiles_exercise_idx", "exercise_id", unique=True),
)

exercise_safety_constraints = detail(
    "exercise_safety_constraints",
    Column("avoid_if", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("caution_if", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("modifications", JSONB, nullable=False, server_default=text("'[]'")),
    Column("risk_scores", JSONB, nullable=False, server_default=text("'[]'")),
    Column("indicated_for", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("stressors", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Index("exercise_safety_constraints_exercise_idx", "exercise_id", unique=True),
)

exercise_progressions = Table(
    "exercise_progressions",
    metadata,
    key(),
    Column("organization_id", Uuid),
    scope(),
    Column("from_exercise_id", Uuid, nullable=False),
    Column("to_exercise_id", Uuid, nullable=False),
    Column("progression_type", String(16), nullable=False),
    Column("difficulty_delta", Integer, nullable=False),
    Column("recommended_wait", Integer),
    Column("sort_order", Integer, nullable=False, server_default=text("0")),
    Column("readiness_indicators", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("transition_cues", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("notes", Text),
    Column("seed_hash", Text),
    *moments(),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id", ondelete="SET NULL")),
    *(
        ForeignKeyConstraint(
            [f"{end}_exercise_id", "scope"],
            ["exercises.id", "exercises.scope"],
            name=f"exercise_progressions_{end}_fkey",
            ondelete="CASCADE",
        )
        for end in ("from", "to")
    ),
    Index("exercise_progressions_from_idx", "from_exercise_id", "progression_type", "to_exercise_id", unique=True),
    Index("exercise_progressions_to_idx", "to_exercise_id", "progression_type"),
)
