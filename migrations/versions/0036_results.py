"""Results: what an athlete achieved in an assignment, the sets that they did, and every submission of them.

    assignment_results   one for each assignment that is not deleted: its score, by the workout's scoring
    result_sets          the sets of a result: what was planned at that time, and what was done
    result_submissions   each accepted submission, by the client's own id: idempotency, and the history of corrections
    load_steps           the steps by which the loads of an athlete, or of everybody in an organization, can be changed

The athlete of the assignment and coaches of its organization read and write them, by row-level security alone: an
athlete's row refers to an assignment together with its athlete.
"""

from alembic import op

revision = "0036"
down_revision = "0035"

RESULT_TABLES = ("assignment_results", "result_sets", "result_submissions")


def upgrade() -> None:
    op.execute(TABLES)
    script = op.get_context().script
    assert script is not None
    create = script.get_revision("0025").module.CREATE
    for table in RESULT_TABLES:
        exercise = OF_ORGANIZATION if table == "result_sets" else ""
        op.execute(POLICIES.format(table=table, exercise=exercise))
        op.execute(create.format(table=table, kinds="'everything'"))
    op.execute(TRIGGERS)
    op.execute(LOAD_STEPS)
    op.execute(create.format(table="load_steps", kinds="'everything'"))


def downgrade() -> None:
    op.execute("DROP TABLE load_steps, result_submissions, result_sets, assignment_results")
    op.execute("ALTER TABLE workout_assignments DROP CONSTRAINT workout_assignments_id_athlete_key")


# Masses are exact: a pound is 0.45359237 kg (International Yard and Pound Agreement, 1959).
TABLES = """
ALTER TABLE workout_assignments
    ADD CONSTRAINT workout_assignments_id_athlete_key UNIQUE (id, organization_id, athlete_id);

CREATE TABLE assignment_results (
    id                 uuid            PRIMARY KEY DEFAULT uuidv7(),
    organization_id    uuid            NOT NULL,
    assignment_id      uuid            NOT NULL,
    athlete_id         uuid            NOT NULL,
    updated_by_user_id uuid            NOT NULL REFERENCES users (id),
    scoring            workout_scoring NOT NULL,
    performed_on       date            NOT NULL,
    time_seconds       numeric(8, 2)   CHECK (time_seconds > 0),
    reps               integer         CHECK (reps >= 0),
    rounds             integer         CHECK (rounds >= 0),
    weight             numeric(8, 3)   CHECK (weight > 0),
    weight_unit        varchar(2)      CHECK (weight_unit IN ('kg', 'lb')),
    distance_meters    numeric(10, 2)  CHECK (distance_meters > 0),
    calories           integer         CHECK (calories >= 0),
    points             numeric(10, 2)  CHECK (points >= 0),
    is_scaled          boolean         NOT NULL DEFAULT false,
    exertion           numeric(3, 1)   CHECK (exertion BETWEEN 1 AND 10),
    notes              text,
    created_at         timestamptz     NOT NULL DEFAULT now(),
    updated_at         timestamptz     NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    CONSTRAINT assignment_results_weight_chk CHECK ((weight IS NULL) = (weight_unit IS NULL)),
    CONSTRAINT assignment_results_assignment_fkey FOREIGN KEY (assignment_id, organization_id, athlete_id)
        REFERENCES workout_assignments (id, organization_id, athlete_id),
    CONSTRAINT assignment_results_id_athlete_key UNIQUE (id, organization_id, athlete_id)
);
CREATE UNIQUE INDEX assignment_results_assignment_idx ON assignment_results (assignment_id, organization_id)
    WHERE deleted_at IS NULL;
CREATE INDEX assignment_results_athlete_idx ON assignment_results (athlete_id, performed_on) WHERE deleted_at IS NULL;

CREATE TABLE result_sets (
    id                      uuid          PRIMARY KEY DEFAULT uuidv7(),
    organization_id         uuid          NOT NULL,
    result_id               uuid          NOT NULL,
    athlete_id              uuid          NOT NULL,
    movement_id             uuid,
    exercise_id             uuid          NOT NULL REFERENCES exercises (id),
    sort_order              integer       NOT NULL,
    number                  integer       NOT NULL CHECK (number BETWEEN 1 AND 100),
    target_reps_min         integer,
    target_reps_max         integer,
    target_load             double precision,
    target_load_unit        varchar(16),
    target_duration_seconds integer,
    target_distance_meters  double precision,
    target_calories         integer,
    reps                    integer       CHECK (reps BETWEEN 0 AND 10000),
    load                    numeric(8, 3) CHECK (load >= 0),
    load_unit               varchar(2)    CHECK (load_unit IN ('kg', 'lb')),
    load_kg                 numeric GENERATED ALWAYS AS (
        CASE load_unit WHEN 'lb' THEN load * 0.45359237 ELSE load END) STORED,
    rpe                     numeric(3, 1) CHECK (rpe BETWEEN 1 AND 10),
    rir                     smallint      CHECK (rir BETWEEN 0 AND 10),
    seconds                 numeric(8, 2) CHECK (seconds > 0),
    distance_meters         numeric(10, 2) CHECK (distance_meters > 0),
    calories                integer       CHECK (calories >= 0),
    notes                   text,
    created_at              timestamptz   NOT NULL DEFAULT now(),
    updated_at              timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT result_sets_load_chk CHECK ((load IS NULL) = (load_unit IS NULL)),
    CONSTRAINT result_sets_effort_chk CHECK (rpe IS NULL OR rir IS NULL),
    CONSTRAINT result_sets_result_fkey FOREIGN KEY (result_id, organization_id, athlete_id)
        REFERENCES assignment_results (id, organization_id, athlete_id) ON DELETE CASCADE,
    CONSTRAINT result_sets_movement_fkey FOREIGN KEY (movement_id, organization_id)
        REFERENCES workout_movements (id, organization_id) ON DELETE SET NULL (movement_id)
);
CREATE UNIQUE INDEX result_sets_movement_number_idx ON result_sets (result_id, movement_id, number)
    WHERE movement_id IS NOT NULL;
CREATE INDEX result_sets_result_idx ON result_sets (result_id, sort_order, number);
CREATE INDEX result_sets_movement_idx ON result_sets (movement_id) WHERE movement_id IS NOT NULL;
CREATE INDEX result_sets_exercise_idx ON result_sets (athlete_id, exercise_id);

CREATE TABLE result_submissions (
    id                  uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id     uuid         NOT NULL,
    result_id           uuid         NOT NULL,
    athlete_id          uuid         NOT NULL,
    client_id           varchar(100) NOT NULL,
    content_hash        varchar(64)  NOT NULL,
    content             jsonb        NOT NULL,
    recorded_by_user_id uuid         NOT NULL REFERENCES users (id),
    created_at          timestamptz  NOT NULL DEFAULT now(),
    updated_at          timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT result_submissions_result_fkey FOREIGN KEY (result_id, organization_id, athlete_id)
        REFERENCES assignment_results (id, organization_id, athlete_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX result_submissions_client_idx ON result_submissions (organization_id, athlete_id, client_id);
CREATE INDEX result_submissions_result_idx ON result_submissions (result_id, created_at);
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_own ON {table} FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    OR athlete_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
       AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
) WITH CHECK (
    (organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
     OR athlete_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
        AND organization_id
            = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])){exercise}
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO kinegraph_api;
"""

# A set is of a canonical exercise or of its own organization's, as a movement is.
OF_ORGANIZATION = """
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = result_sets.organization_id))"""

TRIGGERS = """
CREATE TRIGGER assignment_results_row BEFORE UPDATE OF updated_at ON assignment_results
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
CREATE TRIGGER assignment_results_editor BEFORE UPDATE OF updated_at ON assignment_results
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_editor();
"""

LOAD_STEPS = """
CREATE TABLE load_steps (
    id              uuid          PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid          NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    athlete_id      uuid          REFERENCES users (id) ON DELETE CASCADE,
    kilograms       numeric(6, 3) NOT NULL CHECK (kilograms > 0),
    pounds          numeric(6, 3) NOT NULL CHECK (pounds > 0),
    created_at      timestamptz   NOT NULL DEFAULT now(),
    updated_at      timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT load_steps_athlete_key UNIQUE NULLS NOT DISTINCT (organization_id, athlete_id)
);
CREATE INDEX load_steps_athlete_id_idx ON load_steps (athlete_id);
ALTER TABLE load_steps ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY load_steps_read ON load_steps FOR SELECT USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
    AND (athlete_id IS NULL
         OR athlete_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
         OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[]))
);
CREATE POLICY load_steps_write ON load_steps FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    OR athlete_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
       AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON load_steps TO kinegraph_api;
"""
