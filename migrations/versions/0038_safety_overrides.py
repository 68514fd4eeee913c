"""Overridden safety warnings of workouts, which coaches record with a reason and an end.

They say something of a person's health: members of the organization do not read them.
"""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.execute(OVERRIDES)
    script = op.get_context().script
    assert script is not None
    create = script.get_revision("0025").module.CREATE
    op.execute(create.format(table="safety_overrides", kinds="'everything'"))


def downgrade() -> None:
    op.execute("DROP TABLE safety_overrides")


# movement_id is null where the override holds for each movement of the exercise in the workout, and in its snapshots.
OVERRIDES = """
CREATE TABLE safety_overrides (
    id                   uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id      uuid         NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    workout_id           uuid         NOT NULL,
    movement_id          uuid,
    exercise_id          uuid         NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    condition            varchar(120) NOT NULL CHECK (condition <> ''),
    reason               varchar(32)  NOT NULL CHECK (reason IN (
        'clinician_cleared', 'supervised', 'modified', 'informed_choice', 'other')),
    note                 varchar(1000),
    athlete_id           uuid         REFERENCES users (id) ON DELETE CASCADE,
    created_by_user_id   uuid         REFERENCES users (id) ON DELETE SET NULL,
    expires_at           timestamptz  NOT NULL,
    withdrawn_at         timestamptz,
    withdrawn_by_user_id uuid         REFERENCES users (id) ON DELETE SET NULL,
    created_at           timestamptz  NOT NULL DEFAULT now(),
    updated_at           timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT safety_overrides_note_chk CHECK (reason <> 'other' OR note IS NOT NULL),
    CONSTRAINT safety_overrides_expiry_chk CHECK (
        expires_at > created_at AND expires_at <= created_at + interval '366 days'),
    CONSTRAINT safety_overrides_workout_fkey
        FOREIGN KEY (workout_id, organization_id) REFERENCES workouts (id, organization_id) ON DELETE CASCADE,
    CONSTRAINT safety_overrides_movement_fkey FOREIGN KEY (movement_id, organization_id)
        REFERENCES workout_movements (id, organization_id) ON DELETE CASCADE
);
CREATE INDEX safety_overrides_workout_idx ON safety_overrides (workout_id) WHERE withdrawn_at IS NULL;
CREATE INDEX safety_overrides_movement_idx ON safety_overrides (movement_id) WHERE movement_id IS NOT NULL;
CREATE INDEX safety_overrides_exercise_idx ON safety_overrides (exercise_id);
CREATE INDEX safety_overrides_athlete_idx ON safety_overrides (athlete_id) WHERE athlete_id IS NOT NULL;
ALTER TABLE safety_overrides ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON safety_overrides TO kinegraph_api;
CREATE POLICY safety_overrides_coaches ON safety_overrides FOR ALL USING (organization_id = ANY ((
    SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[]))
WITH CHECK (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = safety_overrides.organization_id))
);
"""
