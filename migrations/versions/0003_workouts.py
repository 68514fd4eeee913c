"""Workouts, sections, movements, comments, attachments (seed 003), programs and assignments.

Sections, movements and comments carry their workout's organization, tied to it by composite foreign keys:
row-level security then needs no join, and no row can stand in another organization than its parent.
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(WORKOUTS)
    op.execute(TREE)
    op.execute(COMMENTS)
    op.execute(ASSIGNMENTS)
    op.execute(POLICIES)


def downgrade() -> None:
    op.execute("""
        DROP TABLE workout_assignments, attachments, exercise_comments,
                   workout_movements, workout_sections, workouts, programs;
        DROP TYPE workout_mode, workout_scoring;
    """)


WORKOUTS = """
CREATE TYPE workout_scoring AS ENUM
    ('time', 'reps', 'rounds_reps', 'weight', 'distance', 'calories', 'points', 'none');
CREATE TYPE workout_mode AS ENUM ('structured', 'freeform');

CREATE TABLE programs (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         NOT NULL REFERENCES organizations (id),
    name            varchar(255) NOT NULL CHECK (name <> ''),
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    deleted_at      timestamptz,
    CONSTRAINT programs_id_organization_key UNIQUE (id, organization_id)
);
CREATE INDEX programs_organization_id_idx ON programs (organization_id) WHERE deleted_at IS NULL;

CREATE TABLE workouts (
    id              uuid            PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid            NOT NULL REFERENCES organizations (id),
    program_id      uuid,
    author_id       uuid            NOT NULL REFERENCES users (id),
    title           varchar(255),
    description     text,
    scoring         workout_scoring NOT NULL DEFAULT 'none',
    mode            workout_mode    NOT NULL DEFAULT 'structured',
    time_cap        integer,
    is_snapshot     boolean         NOT NULL DEFAULT false,
    forked_from_id  uuid            REFERENCES workouts (id),
    embedding       vector(1024),
    embedding_hash  varchar(64),
    created_at      timestamptz     NOT NULL DEFAULT now(),
    updated_at      timestamptz     NOT NULL DEFAULT now(),
    deleted_at      timestamptz,

    CONSTRAINT workouts_id_organization_key UNIQUE (id, organization_id),
    CONSTRAINT workouts_program_fkey FOREIGN KEY (program_id, organization_id)
        REFERENCES programs (id, organization_id),
    CONSTRAINT workouts_time_cap_chk CHECK (time_cap > 0),
    CONSTRAINT workouts_snapshot_immutable_chk CHECK (is_snapshot = false OR deleted_at IS NULL),
    CONSTRAINT workouts_snapshot_provenance_chk CHECK (is_snapshot = false OR forked_from_id IS NOT NULL)
);
CREATE INDEX workouts_library_idx ON workouts (organization_id, program_id)
    WHERE is_snapshot = false AND deleted_at IS NULL;
CREATE INDEX workouts_newest_idx ON workouts (organization_id, created_at DESC, id DESC)
    WHERE is_snapshot = false AND deleted_at IS NULL;
CREATE INDEX workouts_embedding_idx ON workouts USING hnsw (embedding vector_cosine_ops);
CREATE INDEX workouts_forked_from_id_idx ON workouts (forked_from_id) WHERE forked_from_id IS NOT NULL;
"""

TREE = """
CREATE TABLE workout_sections (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         NOT NULL,
    workout_id      uuid         NOT NULL,
    type            varchar(100) NOT NULL DEFAULT 'main',
    title           varchar(255),
    description     text,
    sort_order      integer      NOT NULL DEFAULT 0,
    shape           varchar(50),
    config          jsonb,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    deleted_at      timestamptz,

    CONSTRAINT workout_sections_id_organization_key UNIQUE (id, organization_id),
    CONSTRAINT workout_sections_workout_fkey FOREIGN KEY (workout_id, organization_id)
        REFERENCES workouts (id, organization_id) ON DELETE CASCADE,
    CONSTRAINT workout_sections_type_chk CHECK (type IN (
        'warmup', 'strength', 'conditioning', 'skill', 'main', 'cooldown', 'accessory')),
    CONSTRAINT workout_sections_shape_chk CHECK (shape IN (
        'linear', 'amrap', 'emom', 'for_time', 'tabata', 'rep_scheme', 'rounds', 'intervals'))
);
CREATE INDEX workout_sections_workout_id_idx ON workout_sections (workout_id, sort_order)
    WHERE deleted_at IS NULL;

CREATE TABLE workout_movements (
    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid        NOT NULL,
    section_id      uuid        NOT NULL,
    exercise_id     uuid        NOT NULL REFERENCES exercises (id),
    sort_order      integer     NOT NULL DEFAULT 0,
    prescription    jsonb,
    notes           text,
    label           varchar(10),
    superset_group  varchar(10),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz,

    CONSTRAINT workout_movements_id_organization_key UNIQUE (id, organization_id),
    CONSTRAINT workout_movements_section_fkey FOREIGN KEY (section_id, organization_id)
        REFERENCES workout_sections (id, organization_id) ON DELETE CASCADE
);
CREATE INDEX workout_movements_section_id_idx ON workout_movements (section_id, sort_order)
    WHERE deleted_at IS NULL;
CREATE INDEX workout_movements_exercise_id_idx ON workout_movements (exercise_id)
    WHERE deleted_at IS NULL;
"""

COMMENTS = """
CREATE TABLE exercise_comments (
    id                  uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id     uuid        NOT NULL,
    workout_movement_id uuid        NOT NULL,
    author_id           uuid        NOT NULL REFERENCES users (id),
    body                text        NOT NULL CHECK (body <> ''),
    parent_comment_id   uuid,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    deleted_at          timestamptz,

    CONSTRAINT exercise_comments_movement_fkey FOREIGN KEY (workout_movement_id, organization_id)
        REFERENCES workout_movements (id, organization_id),
    CONSTRAINT exercise_comments_id_movement_key UNIQUE (id, workout_movement_id),
    CONSTRAINT exercise_comments_parent_fkey FOREIGN KEY (parent_comment_id, workout_movement_id)
        REFERENCES exercise_comments (id, workout_movement_id)
);
CREATE INDEX exercise_comments_movement_id_idx ON exercise_comments (workout_movement_id);
CREATE INDEX exercise_comments_author_id_idx ON exercise_comments (author_id);

CREATE TABLE attachments (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         NOT NULL REFERENCES organizations (id),
    owner_type      varchar(50)  NOT NULL CHECK (owner_type IN ('exercise_comment')),
    owner_id        uuid         NOT NULL,
    url             text         NOT NULL,
    mime            varchar(255) NOT NULL,
    kind            varchar(16)  NOT NULL CHECK (kind IN ('image', 'video')),
    thumb_url       text,
    uploaded_by     uuid         NOT NULL REFERENCES users (id),
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    deleted_at      timestamptz
);
CREATE INDEX attachments_owner_idx ON attachments (owner_type, owner_id) WHERE deleted_at IS NULL;
"""

ASSIGNMENTS = """
CREATE TABLE workout_assignments (
    id                  uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id     uuid        NOT NULL,
    workout_id          uuid        NOT NULL,
    snapshot_workout_id uuid,
    athlete_id          uuid        NOT NULL REFERENCES users (id),
    assigned_by_id      uuid        NOT NULL REFERENCES users (id),
    scheduled_for       date        NOT NULL,
    status              varchar(16) NOT NULL DEFAULT 'scheduled',
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    deleted_at          timestamptz,

    CONSTRAINT workout_assignments_workout_fkey FOREIGN KEY (workout_id, organization_id)
        REFERENCES workouts (id, organization_id),
    CONSTRAINT workout_assignments_snapshot_fkey FOREIGN KEY (snapshot_workout_id, organization_id)
        REFERENCES workouts (id, organization_id),
    CONSTRAINT workout_assignments_status_chk CHECK (status IN ('scheduled', 'completed', 'skipped'))
);
CREATE INDEX workout_assignments_athlete_idx ON workout_assignments (athlete_id, scheduled_for)
    WHERE deleted_at IS NULL;
CREATE INDEX workout_assignments_workout_idx ON workout_assignments (workout_id) WHERE deleted_at IS NULL;
CREATE INDEX workout_assignments_snapshot_idx ON workout_assignments (snapshot_workout_id)
    WHERE snapshot_workout_id IS NOT NULL;
"""

POLICIES = """
DO $$
DECLARE
    of_organization text;
BEGIN
    FOREACH of_organization IN ARRAY ARRAY['programs', 'workouts', 'workout_sections', 'workout_movements',
                                           'exercise_comments', 'attachments', 'workout_assignments']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_organization);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', of_organization);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO kinegraph_api', of_organization);
        EXECUTE format($policy$
            CREATE POLICY %I ON %I FOR SELECT USING (
                organization_id
                = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
            )$policy$, of_organization || '_read', of_organization);
    END LOOP;

    FOREACH of_organization IN ARRAY ARRAY['programs', 'workouts', 'workout_sections', 'workout_assignments']
    LOOP
        EXECUTE format($policy$
            CREATE POLICY %I ON %I FOR ALL USING (
                organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
            )$policy$, of_organization || '_write', of_organization);
    END LOOP;

    -- Members write these too: they comment on what is assigned to them.
    FOREACH of_organization IN ARRAY ARRAY['exercise_comments', 'attachments']
    LOOP
        EXECUTE format($policy$
            CREATE POLICY %I ON %I FOR ALL USING (
                organization_id
                = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
            )$policy$, of_organization || '_write', of_organization);
    END LOOP;
END $$;

-- A movement refers to a canonical exercise or to its own organization's, nothing else.
CREATE POLICY workout_movements_write ON workout_movements FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
) WITH CHECK (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = workout_movements.organization_id))
);
"""
