"""Training layers: classes and stressors, doses in other units than repetitions, the progression graph (seed 004).

An exercise's class and modifiers stand on its profile, its stressors on its safety constraints: the rest of both rows
follows from them (docs/training.md). `exercise_progressions` joins canonical exercises. Changes of all
layers, of contraindications and restrictions move the version of the library, so that pages that show them are cached.
"""

from typing import Any  # the module of a migration

from alembic import op

revision = "0037"
down_revision = "0036"

CACHED = ("exercise_programming_profiles", "exercise_safety_constraints", "exercise_contraindications")
"""Tables of exercises whose changes now move the version of the library: what cached pages and trees show."""


def upgrade() -> None:
    op.execute(PROFILES)
    op.execute(CONSTRAINTS)
    op.execute(PROGRESSIONS)
    op.execute(RESTRICTIONS)
    op.execute(DIFFICULTY)
    triggers = _triggers()
    for table in CACHED:
        op.execute(triggers.DROP.format(table=table))
    for table in (*CACHED, "exercise_progressions", "safety_restrictions"):
        op.execute(triggers.CREATE.format(table=table, kinds="'everything', 'library'"))


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER exercise_difficulty_changed ON exercises;
        DROP FUNCTION kinegraph_change_difficulty();
        DROP FUNCTION kinegraph_closes_progression_cycle(uuid, uuid);
        DROP TABLE exercise_progressions, safety_restrictions;
    """)
    triggers = _triggers()
    for table in CACHED:
        op.execute(triggers.DROP.format(table=table) + triggers.CREATE.format(table=table, kinds="'everything'"))
    op.execute("""
        ALTER TABLE exercise_safety_constraints DROP COLUMN indicated_for, DROP COLUMN stressors;
        ALTER TABLE exercise_programming_profiles
            DROP CONSTRAINT exercise_programming_profiles_values_chk,
            DROP COLUMN class_key, DROP COLUMN modifiers, DROP COLUMN measured_ranges, DROP COLUMN recommended_sets;
    """)


def _triggers() -> Any:
    """Migration 0025, whose CREATE and DROP are the triggers that move the versions of a table."""
    script = op.get_context().script
    assert script is not None
    return script.get_revision("0025").module


# recommended_rep_ranges  {goal: [min, max]}, repetitions
# measured_ranges         {goal or "general": {"unit": "seconds" | "meters" | "calories" | "reps", "min", "max"}}
# recommended_rest_times  {goal or "general": seconds}       recommended_sets  {goal or "general": number}
PROFILES = """
ALTER TABLE exercise_programming_profiles
    ADD COLUMN class_key        varchar(40),
    ADD COLUMN modifiers        text[] NOT NULL DEFAULT '{}',
    ADD COLUMN measured_ranges  jsonb  NOT NULL DEFAULT '{}',
    ADD COLUMN recommended_sets jsonb  NOT NULL DEFAULT '{}',
    ADD CONSTRAINT exercise_programming_profiles_values_chk CHECK (
        stability_demand BETWEEN 1 AND 5 AND skill_demand BETWEEN 1 AND 5
        AND muscular_damage_potential BETWEEN 1 AND 10 AND neuromuscular_demand BETWEEN 1 AND 10
        AND caloric_demand BETWEEN 1 AND 10 AND epoc_effect BETWEEN 1 AND 10
        AND minimum_recovery BETWEEN 0 AND 336 AND optimal_frequency BETWEEN 1 AND 14 AND lifespan BETWEEN 1 AND 365);
"""

CONSTRAINTS = """
ALTER TABLE exercise_safety_constraints
    ADD COLUMN indicated_for text[] NOT NULL DEFAULT '{}',
    ADD COLUMN stressors     text[] NOT NULL DEFAULT '{}';
"""

# Of an edge, "to is the <type> of from". Both ends have the scope of the edge, so they are canonical. Regressions are
# generated: they mirror the progressions. deleted_at: an edge of the library that was deleted, so that seeding does not
# bring it back.
PROGRESSIONS = """
CREATE TABLE exercise_progressions (
    id                   uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id      uuid        CHECK (organization_id IS NULL),
    scope                uuid        GENERATED ALWAYS AS (
        coalesce(organization_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED,
    from_exercise_id     uuid        NOT NULL,
    to_exercise_id       uuid        NOT NULL,
    progression_type     varchar(16) NOT NULL CHECK (progression_type IN (
        'regression', 'progression', 'variation', 'substitution', 'preparation', 'complementary')),
    difficulty_delta     integer     NOT NULL CHECK (difficulty_delta BETWEEN -4 AND 4),
    recommended_wait     integer     CHECK (recommended_wait BETWEEN 0 AND 104),
    sort_order           integer     NOT NULL DEFAULT 0,
    readiness_indicators text[]      NOT NULL DEFAULT '{}',
    transition_cues      text[]      NOT NULL DEFAULT '{}',
    notes                text,
    seed_hash            text,
    deleted_at           timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    updated_by_user_id   uuid        REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT exercise_progressions_self_chk CHECK (from_exercise_id <> to_exercise_id),
    CONSTRAINT exercise_progressions_from_fkey
        FOREIGN KEY (from_exercise_id, scope) REFERENCES exercises (id, scope) ON DELETE CASCADE,
    CONSTRAINT exercise_progressions_to_fkey
        FOREIGN KEY (to_exercise_id, scope) REFERENCES exercises (id, scope) ON DELETE CASCADE
);
CREATE UNIQUE INDEX exercise_progressions_from_idx
    ON exercise_progressions (from_exercise_id, progression_type, to_exercise_id);
CREATE INDEX exercise_progressions_to_idx ON exercise_progressions (to_exercise_id, progression_type);
ALTER TABLE exercise_progressions ENABLE ROW LEVEL SECURITY;
ALTER TABLE exercise_progressions FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON exercise_progressions TO kinegraph_api;
CREATE POLICY exercise_progressions_read ON exercise_progressions FOR SELECT USING (organization_id IS NULL);
CREATE POLICY exercise_progressions_write ON exercise_progressions FOR ALL USING (
    organization_id IS NULL AND (SELECT current_setting('kinegraph.platform_admin', true)) = 'on');
CREATE TRIGGER exercise_progressions_row BEFORE UPDATE OF updated_at ON exercise_progressions
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
CREATE TRIGGER exercise_progressions_editor BEFORE UPDATE OF updated_at ON exercise_progressions
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_editor();

-- True if progressions lead from the second exercise to the first: an edge from the first would close a cycle.
CREATE FUNCTION kinegraph_closes_progression_cycle(start uuid, target uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path FROM CURRENT
RETURN (
    WITH RECURSIVE harder (id) AS (
        SELECT target
        UNION
        SELECT edge.to_exercise_id
        FROM harder
        JOIN exercise_progressions edge
            ON edge.from_exercise_id = harder.id AND edge.progression_type = 'progression' AND edge.deleted_at IS NULL
    )
    SELECT EXISTS (SELECT FROM harder WHERE id = start)
);
"""

# What an organization adds to the safety of an exercise that it sees: never less than the constraints say.
RESTRICTIONS = """
CREATE TABLE safety_restrictions (
    id                 uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id    uuid         NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    exercise_id        uuid         NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    condition          varchar(120) NOT NULL CHECK (condition <> ''),
    severity           varchar(16)  NOT NULL CHECK (severity IN ('warning', 'restriction', 'absolute')),
    modification       varchar(500),
    created_by_user_id uuid         REFERENCES users (id) ON DELETE SET NULL,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX safety_restrictions_condition_idx
    ON safety_restrictions (organization_id, exercise_id, condition);
CREATE INDEX safety_restrictions_exercise_idx ON safety_restrictions (exercise_id);
ALTER TABLE safety_restrictions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON safety_restrictions TO kinegraph_api;
CREATE POLICY safety_restrictions_read ON safety_restrictions FOR SELECT USING (organization_id = ANY ((
    SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[]));
CREATE POLICY safety_restrictions_write ON safety_restrictions FOR ALL USING (organization_id = ANY ((
    SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
) WITH CHECK (organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = safety_restrictions.organization_id)));
"""

# An exercise's difficulty has one place: profiles and edges follow it.
DIFFICULTY = """
CREATE FUNCTION kinegraph_change_difficulty() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE exercise_programming_profiles SET difficulty_level = new.difficulty
    WHERE exercise_id = new.id AND class_key IS NOT NULL;
    IF new.organization_id IS NULL THEN
        UPDATE exercise_progressions edge
        SET difficulty_delta = target.difficulty - source.difficulty
        FROM exercises source, exercises target
        WHERE new.id IN (edge.from_exercise_id, edge.to_exercise_id)
          AND source.id = edge.from_exercise_id AND target.id = edge.to_exercise_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER exercise_difficulty_changed AFTER UPDATE OF difficulty ON exercises
    FOR EACH ROW WHEN (old.difficulty IS DISTINCT FROM new.difficulty AND new.difficulty IS NOT NULL)
    EXECUTE FUNCTION kinegraph_change_difficulty();
"""
