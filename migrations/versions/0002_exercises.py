"""Exercises (seeds 001, 002; status and video columns of 000, classification of 004) and overrides."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(EXERCISES)
    op.execute(OVERRIDES)
    op.execute(POLICIES)


def downgrade() -> None:
    op.execute("""
        DROP TABLE exercise_org_overrides, exercises;
        DROP FUNCTION public.fk_array_to_text(text[]);
        DROP TYPE exercise_category, exercise_kind;
    """)


EXERCISES = """
-- array_to_string is only STABLE, since a type's output may depend on settings; for text it does not.
CREATE FUNCTION public.fk_array_to_text(words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
AS $$ SELECT array_to_string(words, ' ') $$;

CREATE TYPE exercise_category AS ENUM
    ('strength', 'cardio', 'bodyweight', 'flexibility', 'plyometric', 'sport_specific', 'other');
CREATE TYPE exercise_kind AS ENUM
    ('strength_compound', 'strength_isolation', 'conditioning', 'mobility', 'skill', 'test');

CREATE TABLE exercises (
    id                     uuid              PRIMARY KEY DEFAULT uuidv7(),
    organization_id        uuid              REFERENCES organizations (id) ON DELETE CASCADE,
    forked_from_id         uuid              REFERENCES exercises (id),
    slug                   varchar(255),
    status                 varchar(16)       NOT NULL DEFAULT 'published',
    name                   varchar(255)      NOT NULL,
    description            text,
    athlete_notes          text,
    category               exercise_category NOT NULL DEFAULT 'other',
    kind                   exercise_kind     NOT NULL DEFAULT 'strength_compound',
    movement_pattern       varchar(50),
    plane_of_motion        varchar(16),
    mechanics              varchar(50),
    force_vector           varchar(50),
    is_unilateral          boolean           NOT NULL DEFAULT false,
    primary_muscles        text[]            NOT NULL DEFAULT '{}',
    secondary_muscles      text[]            NOT NULL DEFAULT '{}',
    equipment              text[]            NOT NULL DEFAULT '{}',
    optional_equipment     text[]            NOT NULL DEFAULT '{}',
    aliases                text[]            NOT NULL DEFAULT '{}',
    difficulty             integer,
    discipline             text[]            NOT NULL DEFAULT '{}',
    cues                   text[]            NOT NULL DEFAULT '{}',
    common_faults          text[]            NOT NULL DEFAULT '{}',
    scaling_options        text[]            NOT NULL DEFAULT '{}',
    video_url              text,
    thumbnail_url          text,
    video_provider         varchar(32),
    video_duration_seconds integer,
    video_candidates       jsonb             NOT NULL DEFAULT '[]',
    video_rejected_ids     text[]            NOT NULL DEFAULT '{}',
    video_status           varchar(32)       NOT NULL DEFAULT 'auto',
    video_positive_votes   integer           NOT NULL DEFAULT 0,
    video_negative_votes   integer           NOT NULL DEFAULT 0,
    video_locked_by_user_id uuid             REFERENCES users (id),
    source                 varchar(100),
    source_url             text,
    license_attribution    text,
    seed_hash              varchar(64),
    embedding              vector(1024),
    embedding_hash         varchar(64),
    search_tsv             tsvector          NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', name), 'A')
        || setweight(to_tsvector('simple', public.fk_array_to_text(aliases)), 'B')
        || setweight(to_tsvector('simple', public.fk_array_to_text(
               primary_muscles || secondary_muscles || equipment || discipline)), 'C')
        || setweight(to_tsvector('simple', public.fk_array_to_text(
               cues || common_faults || scaling_options)), 'D')
    ) STORED,
    created_at             timestamptz       NOT NULL DEFAULT now(),
    updated_at             timestamptz       NOT NULL DEFAULT now(),
    deleted_at             timestamptz,

    CONSTRAINT exercises_name_chk CHECK (name <> ''),
    CONSTRAINT exercises_status_chk CHECK (status IN ('draft', 'published', 'archived')),
    CONSTRAINT exercises_difficulty_range_chk CHECK (difficulty BETWEEN 1 AND 5),
    CONSTRAINT exercises_movement_pattern_chk CHECK (movement_pattern IN (
        'squat', 'hinge', 'push', 'pull', 'carry', 'locomotion', 'gymnastics', 'oly',
        'conditioning', 'mobility', 'other')),
    CONSTRAINT exercises_plane_of_motion_chk CHECK (plane_of_motion IN (
        'sagittal', 'frontal', 'transverse', 'multi_planar')),
    CONSTRAINT exercises_video_provider_chk CHECK (video_provider IN ('bunny_stream', 's3', 'external')),
    CONSTRAINT exercises_video_duration_chk CHECK (video_duration_seconds >= 0),
    CONSTRAINT exercises_video_status_chk CHECK (video_status IN ('auto', 'verified', 'demoted', 'manual'))
);

CREATE UNIQUE INDEX exercises_slug_unique_idx ON exercises (slug)
    WHERE slug IS NOT NULL AND organization_id IS NULL;
CREATE INDEX exercises_search_tsv_idx ON exercises USING gin (search_tsv);
CREATE INDEX exercises_name_trgm_idx ON exercises USING gin (name gin_trgm_ops);
CREATE INDEX exercises_embedding_idx ON exercises USING hnsw (embedding vector_cosine_ops);
CREATE INDEX exercises_movement_pattern_idx ON exercises (movement_pattern)
    WHERE movement_pattern IS NOT NULL;
CREATE INDEX exercises_org_id_idx ON exercises (organization_id);
CREATE INDEX exercises_forked_from_id_idx ON exercises (forked_from_id);
CREATE INDEX exercises_canonical_name_idx ON exercises (lower(name), id)
    WHERE organization_id IS NULL AND deleted_at IS NULL;
"""

OVERRIDES = """
CREATE TABLE exercise_org_overrides (
    id                 uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id    uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    exercise_id        uuid        NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    overrides          jsonb       NOT NULL DEFAULT '{}',
    created_by_user_id uuid        REFERENCES users (id),
    updated_by_user_id uuid        REFERENCES users (id),
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT exercise_org_overrides_object_chk CHECK (jsonb_typeof(overrides) = 'object')
);
CREATE UNIQUE INDEX exercise_org_overrides_org_exercise_unique
    ON exercise_org_overrides (organization_id, exercise_id);
CREATE INDEX exercise_org_overrides_org_idx ON exercise_org_overrides (organization_id);
CREATE INDEX exercise_org_overrides_exercise_idx ON exercise_org_overrides (exercise_id);
"""

POLICIES = """
ALTER TABLE exercises ENABLE ROW LEVEL SECURITY;
ALTER TABLE exercises FORCE ROW LEVEL SECURITY;
ALTER TABLE exercise_org_overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE exercise_org_overrides FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON exercises, exercise_org_overrides TO kinegraph_api;

CREATE POLICY exercises_read ON exercises FOR SELECT USING (
    organization_id IS NULL
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
CREATE POLICY exercises_write ON exercises FOR ALL USING (
    (organization_id IS NULL AND (SELECT current_setting('kinegraph.platform_admin', true)) = 'on')
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
);

CREATE POLICY exercise_org_overrides_read ON exercise_org_overrides FOR SELECT USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
-- Only canonical rows are overridden: the application refuses it in words, this is the net.
CREATE POLICY exercise_org_overrides_write ON exercise_org_overrides FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
) WITH CHECK (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
    AND EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id AND e.organization_id IS NULL)
);
"""
