"""Treatment plans: working copies, and the versions that publishing freezes.

    treatment_plans                   a plan of an organization: its title, its number of weeks, its status
    treatment_plan_sessions           the sessions of the working copy, by week and day
    treatment_plan_session_exercises  their exercises, in order, with what is prescribed of each
    plan_versions                     each publication of a plan, by number, with its reason
    plan_version_sessions             the sessions of a version
    plan_version_exercises            their exercises; a hash of each exercise's content as it was when published

Coaches of the organization alone read and write them here; migration 0041 lets patients read the versions that they are
enrolled in. A version is immutable: the application's role may not update or delete its rows, and a trigger refuses
both to everybody.
"""

from typing import Any  # the module of a migration

from alembic import op

revision = "0039"
down_revision = "0038"

WORKING_TABLES = ("treatment_plans", "treatment_plan_sessions", "treatment_plan_session_exercises")
VERSION_TABLES = ("plan_versions", "plan_version_sessions", "plan_version_exercises")
OF_EXERCISES = ("treatment_plan_session_exercises", "plan_version_exercises")


def upgrade() -> None:
    op.execute(PLANS)
    op.execute(VERSIONS)
    create = _triggers().CREATE
    for table in (*WORKING_TABLES, *VERSION_TABLES):
        exercise = OF_ORGANIZATION.format(table=table) if table in OF_EXERCISES else ""
        op.execute(POLICIES.format(table=table, exercise=exercise))
        op.execute(create.format(table=table, kinds="'everything'"))
    for table in WORKING_TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO kinegraph_api")
    op.execute(IMMUTABLE)
    for table in VERSION_TABLES:
        op.execute(FREEZE.format(table=table))
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE treatment_plans DROP CONSTRAINT treatment_plans_current_version_fkey;
        DROP TABLE plan_version_exercises, plan_version_sessions, plan_versions,
                   treatment_plan_session_exercises, treatment_plan_sessions, treatment_plans;
        DROP FUNCTION kinegraph_refuse_change();
        DROP TYPE plan_status;
    """)


def _triggers() -> Any:
    """Migration 0025, whose CREATE is the triggers that move the versions of a table."""
    script = op.get_context().script
    assert script is not None
    return script.get_revision("0025").module


PLANS = """
CREATE TYPE plan_status AS ENUM ('draft', 'published', 'archived');

CREATE TABLE treatment_plans (
    id                 uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id    uuid         NOT NULL REFERENCES organizations (id),
    author_id          uuid         NOT NULL REFERENCES users (id),
    title              varchar(255) NOT NULL CHECK (title <> ''),
    title_key          text COLLATE "C" NOT NULL GENERATED ALWAYS AS (kinegraph_sort_key(title)) STORED,
    description        text,
    weeks              integer      NOT NULL CHECK (weeks BETWEEN 1 AND 104),
    status             plan_status  NOT NULL DEFAULT 'draft',
    current_version_id uuid,
    copied_from_id     uuid         REFERENCES treatment_plans (id),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    updated_by_user_id uuid         REFERENCES users (id),
    CONSTRAINT treatment_plans_id_organization_key UNIQUE (id, organization_id)
);
CREATE INDEX treatment_plans_newest_idx ON treatment_plans (organization_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;

CREATE TABLE treatment_plan_sessions (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         NOT NULL,
    plan_id         uuid         NOT NULL,
    week            integer      NOT NULL CHECK (week BETWEEN 1 AND 104),
    day             integer      NOT NULL CHECK (day BETWEEN 1 AND 7),
    title           varchar(255),
    sort_order      integer      NOT NULL DEFAULT 0,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT treatment_plan_sessions_id_organization_key UNIQUE (id, organization_id),
    CONSTRAINT treatment_plan_sessions_plan_fkey FOREIGN KEY (plan_id, organization_id)
        REFERENCES treatment_plans (id, organization_id) ON DELETE CASCADE
);
CREATE INDEX treatment_plan_sessions_plan_idx ON treatment_plan_sessions (plan_id, week, day, sort_order);

CREATE TABLE treatment_plan_session_exercises (
    id               uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id  uuid        NOT NULL,
    session_id       uuid        NOT NULL,
    exercise_id      uuid        NOT NULL REFERENCES exercises (id) ON DELETE RESTRICT,
    sort_order       integer     NOT NULL DEFAULT 0,
    sets             integer     CHECK (sets BETWEEN 1 AND 100),
    reps             integer     CHECK (reps BETWEEN 1 AND 10000),
    duration_seconds integer     CHECK (duration_seconds BETWEEN 1 AND 86400),
    hold_seconds     integer     CHECK (hold_seconds BETWEEN 1 AND 3600),
    rest_seconds     integer     CHECK (rest_seconds BETWEEN 0 AND 3600),
    per_side         boolean     NOT NULL DEFAULT false,
    notes            text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT treatment_plan_session_exercises_session_fkey FOREIGN KEY (session_id, organization_id)
        REFERENCES treatment_plan_sessions (id, organization_id) ON DELETE CASCADE,
    CONSTRAINT treatment_plan_session_exercises_amount_chk CHECK (sets IS NOT NULL OR duration_seconds IS NOT NULL)
);
CREATE INDEX treatment_plan_session_exercises_session_idx ON treatment_plan_session_exercises (session_id, sort_order);
CREATE INDEX treatment_plan_session_exercises_exercise_idx ON treatment_plan_session_exercises (exercise_id);
"""

VERSIONS = """
CREATE TABLE plan_versions (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         NOT NULL,
    plan_id         uuid         NOT NULL,
    number          integer      NOT NULL CHECK (number >= 1),
    title           varchar(255) NOT NULL,
    description     text,
    weeks           integer      NOT NULL,
    reason          text,
    published_by_id uuid         NOT NULL REFERENCES users (id),
    published_at    timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT plan_versions_plan_fkey FOREIGN KEY (plan_id, organization_id)
        REFERENCES treatment_plans (id, organization_id),
    CONSTRAINT plan_versions_number_key UNIQUE (plan_id, number),
    CONSTRAINT plan_versions_id_organization_key UNIQUE (id, organization_id),
    CONSTRAINT plan_versions_id_plan_key UNIQUE (id, plan_id)
);
ALTER TABLE treatment_plans ADD CONSTRAINT treatment_plans_current_version_fkey
    FOREIGN KEY (current_version_id, id) REFERENCES plan_versions (id, plan_id);

CREATE TABLE plan_version_sessions (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         NOT NULL,
    version_id      uuid         NOT NULL,
    source_id       uuid         NOT NULL,
    week            integer      NOT NULL,
    day             integer      NOT NULL,
    title           varchar(255),
    sort_order      integer      NOT NULL,
    CONSTRAINT plan_version_sessions_version_fkey FOREIGN KEY (version_id, organization_id)
        REFERENCES plan_versions (id, organization_id),
    CONSTRAINT plan_version_sessions_source_key UNIQUE (version_id, source_id),
    CONSTRAINT plan_version_sessions_id_version_key UNIQUE (id, version_id, organization_id)
);
CREATE INDEX plan_version_sessions_day_idx ON plan_version_sessions (version_id, week, day, sort_order);

CREATE TABLE plan_version_exercises (
    id               uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id  uuid        NOT NULL,
    version_id       uuid        NOT NULL,
    session_id       uuid        NOT NULL,
    source_id        uuid        NOT NULL,
    exercise_id      uuid        NOT NULL REFERENCES exercises (id) ON DELETE RESTRICT,
    sort_order       integer     NOT NULL,
    sets             integer,
    reps             integer,
    duration_seconds integer,
    hold_seconds     integer,
    rest_seconds     integer,
    per_side         boolean     NOT NULL,
    notes            text,
    content_hash     varchar(64) NOT NULL,
    CONSTRAINT plan_version_exercises_session_fkey FOREIGN KEY (session_id, version_id, organization_id)
        REFERENCES plan_version_sessions (id, version_id, organization_id),
    CONSTRAINT plan_version_exercises_source_key UNIQUE (version_id, source_id),
    CONSTRAINT plan_version_exercises_id_version_key UNIQUE (id, version_id)
);
CREATE INDEX plan_version_exercises_session_idx ON plan_version_exercises (session_id, sort_order);
CREATE INDEX plan_version_exercises_exercise_idx ON plan_version_exercises (exercise_id);
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_coached ON {table} FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
) WITH CHECK (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[]){exercise}
);
"""

# An exercise is a canonical one or of the plan's own organization.
OF_ORGANIZATION = """
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = {table}.organization_id))"""

IMMUTABLE = """
CREATE FUNCTION kinegraph_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a published version of a plan is immutable' USING ERRCODE = 'restrict_violation';
END $$;
"""

FREEZE = """
GRANT SELECT, INSERT ON {table} TO kinegraph_api;
CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION kinegraph_refuse_change();
"""

TRIGGERS = """
CREATE TRIGGER treatment_plans_row BEFORE UPDATE OF updated_at ON treatment_plans
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
CREATE TRIGGER treatment_plans_editor BEFORE UPDATE OF updated_at ON treatment_plans
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_editor();
"""
