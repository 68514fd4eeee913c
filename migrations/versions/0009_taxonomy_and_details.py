"""Taxonomies, tags, instructions and contraindications (seed 000), two layers of seed 004, video votes, provenance.

A row of ours is global (organization_id is null) or an organization's. `scope` is the same without null, so that
foreign keys can hold it: what hangs from an exercise has the exercise's scope, and a tag joins an exercise to a term
that is global or of the exercise's own organization. Both are kept by the database, whoever writes.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

SCOPE = """uuid GENERATED ALWAYS AS (
        coalesce({column}, '00000000-0000-0000-0000-000000000000'::uuid)) STORED"""


def upgrade() -> None:
    op.execute(EXERCISES)
    for table, own in TAXONOMIES.items():
        op.execute(TAXONOMY.format(table=table, own=own, scope=SCOPE.format(column="organization_id")))
    op.execute(NESTED.format(scope=SCOPE.format(column="parent_organization_id")))
    for table, own in DETAILS.items():
        op.execute(DETAIL.format(table=table, own=own, scope=SCOPE.format(column="organization_id")))
    op.execute(TAGS.format(term_scope=SCOPE.format(column="term_organization_id")))
    op.execute(INDEXES)
    for table in (*TAXONOMIES, *DETAILS):
        op.execute(POLICIES.format(table=table))
    op.execute(VOTES)


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER exercise_video_changed ON exercises;
        DROP TABLE exercise_video_votes, exercise_tags;
        DROP FUNCTION kinegraph_count_votes(), kinegraph_forget_votes(),
            kinegraph_suggest_video(uuid, jsonb, integer);
    """)
    for table in (*(name for name in DETAILS if name != "exercise_tags"), *TAXONOMIES):
        op.execute(f"DROP TABLE {table}")
    op.execute("""
        ALTER TABLE exercise_org_overrides DROP COLUMN changes;
        ALTER TABLE exercises DROP COLUMN import_key, DROP COLUMN scope;
    """)


EXERCISES = f"""
ALTER TABLE exercises
    ADD COLUMN import_key varchar(255),
    ADD COLUMN scope {SCOPE.format(column="organization_id")};
ALTER TABLE exercises ADD CONSTRAINT exercises_id_scope_key UNIQUE (id, scope);
CREATE UNIQUE INDEX exercises_import_key_idx ON exercises (scope, import_key)
    WHERE import_key IS NOT NULL AND deleted_at IS NULL;

-- For each overridden field: by whom, when, and what the canonical row said then.
ALTER TABLE exercise_org_overrides ADD COLUMN changes jsonb NOT NULL DEFAULT '{{}}';
"""

TAXONOMIES = {
    "exercise_categories": "parent_id uuid REFERENCES exercise_categories (id), parent_organization_id uuid,",
    "exercise_body_regions": "body_area varchar(100) NOT NULL CHECK (body_area <> ''),",
    "exercise_equipment": "",
}

TAXONOMY = """
CREATE TABLE {table} (
    id              uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid         REFERENCES organizations (id) ON DELETE CASCADE,
    scope           {scope},
    {own}
    name            varchar(100) NOT NULL CHECK (name <> ''),
    slug            varchar(100) NOT NULL,
    sort_order      integer      NOT NULL DEFAULT 0,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT {table}_id_scope_key UNIQUE (id, scope)
);
CREATE UNIQUE INDEX {table}_slug_idx ON {table} (scope, slug);
"""

NESTED = """
ALTER TABLE exercise_categories
    ADD COLUMN parent_scope {scope},
    ADD CONSTRAINT exercise_categories_parent_fkey
        FOREIGN KEY (parent_id, parent_scope) REFERENCES exercise_categories (id, scope),
    ADD CONSTRAINT exercise_categories_parent_chk CHECK (
        parent_organization_id IS NULL OR parent_organization_id IS NOT DISTINCT FROM organization_id);
CREATE INDEX exercise_categories_parent_idx ON exercise_categories (parent_id);
"""

DETAILS = {
    "exercise_instructions": """
    type            varchar(16) NOT NULL CHECK (type IN ('preparation', 'step', 'form_cue', 'breathing', 'safety')),
    body            text        NOT NULL CHECK (body <> ''),
    image_key       text,
    image_mime      varchar(255),
    sort_order      integer     NOT NULL,""",
    "exercise_contraindications": """
    condition       varchar(120) NOT NULL CHECK (condition <> ''),
    condition_key   varchar(255) NOT NULL,
    severity        varchar(16)  NOT NULL CHECK (severity IN ('warning', 'restriction', 'absolute')),
    description     text,
    sort_order      integer      NOT NULL,""",
    "exercise_programming_profiles": """
    difficulty_level          integer CHECK (difficulty_level BETWEEN 1 AND 10),
    force_type                varchar(16) CHECK (force_type IN ('compound', 'isolation')),
    stability_demand          integer,
    skill_demand              integer,
    recommended_rep_ranges    jsonb NOT NULL DEFAULT '{}',
    recommended_rest_times    jsonb NOT NULL DEFAULT '{}',
    default_tempo             varchar(20),
    fatigue_score             integer CHECK (fatigue_score BETWEEN 1 AND 10),
    muscular_damage_potential integer,
    neuromuscular_demand      integer,
    minimum_recovery          integer,
    optimal_frequency         integer,
    lifespan                  integer,
    caloric_demand            integer,
    epoc_effect               integer,""",
    "exercise_safety_constraints": """
    avoid_if        text[] NOT NULL DEFAULT '{}',
    caution_if      text[] NOT NULL DEFAULT '{}',
    modifications   jsonb  NOT NULL DEFAULT '[]',
    risk_scores     jsonb  NOT NULL DEFAULT '[]',""",
    "exercise_tags": """
    kind                 varchar(16) NOT NULL CHECK (kind IN ('category', 'body_region', 'equipment')),
    term_id              uuid        NOT NULL,
    term_organization_id uuid,""",
}
"""What hangs from an exercise."""

DETAIL = """
CREATE TABLE {table} (
    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
    exercise_id     uuid        NOT NULL,
    organization_id uuid,
    scope           {scope},
    {own}
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT {table}_exercise_fkey
        FOREIGN KEY (exercise_id, scope) REFERENCES exercises (id, scope) ON DELETE CASCADE
);
"""

# A tag's term is of one of three tables: its kind says which, and the generated column refers to that one alone.
TAGS = """
ALTER TABLE exercise_tags
    ADD COLUMN term_scope     {term_scope},
    ADD COLUMN category_id    uuid GENERATED ALWAYS AS (CASE kind WHEN 'category' THEN term_id END) STORED,
    ADD COLUMN body_region_id uuid GENERATED ALWAYS AS (CASE kind WHEN 'body_region' THEN term_id END) STORED,
    ADD COLUMN equipment_id   uuid GENERATED ALWAYS AS (CASE kind WHEN 'equipment' THEN term_id END) STORED,
    ADD CONSTRAINT exercise_tags_category_fkey
        FOREIGN KEY (category_id, term_scope) REFERENCES exercise_categories (id, scope),
    ADD CONSTRAINT exercise_tags_body_region_fkey
        FOREIGN KEY (body_region_id, term_scope) REFERENCES exercise_body_regions (id, scope),
    ADD CONSTRAINT exercise_tags_equipment_fkey
        FOREIGN KEY (equipment_id, term_scope) REFERENCES exercise_equipment (id, scope),
    ADD CONSTRAINT exercise_tags_term_chk CHECK (
        term_organization_id IS NULL OR term_organization_id IS NOT DISTINCT FROM organization_id);
"""

INDEXES = """
CREATE UNIQUE INDEX exercise_tags_exercise_term_idx ON exercise_tags (exercise_id, kind, term_id);
CREATE INDEX exercise_tags_category_idx ON exercise_tags (category_id) WHERE category_id IS NOT NULL;
CREATE INDEX exercise_tags_body_region_idx ON exercise_tags (body_region_id) WHERE body_region_id IS NOT NULL;
CREATE INDEX exercise_tags_equipment_idx ON exercise_tags (equipment_id) WHERE equipment_id IS NOT NULL;
CREATE INDEX exercise_instructions_exercise_idx ON exercise_instructions (exercise_id, sort_order);
CREATE INDEX exercise_contraindications_exercise_idx ON exercise_contraindications (exercise_id, sort_order);
CREATE INDEX exercise_contraindications_condition_idx ON exercise_contraindications (condition_key);
CREATE UNIQUE INDEX exercise_programming_profiles_exercise_idx ON exercise_programming_profiles (exercise_id);
CREATE UNIQUE INDEX exercise_safety_constraints_exercise_idx ON exercise_safety_constraints (exercise_id);
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO kinegraph_api;
CREATE POLICY {table}_read ON {table} FOR SELECT USING (
    organization_id IS NULL
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
CREATE POLICY {table}_write ON {table} FOR ALL USING (
    (organization_id IS NULL AND (SELECT current_setting('kinegraph.platform_admin', true)) = 'on')
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), ''))::uuid[])
);
"""

# Whoever sees an exercise votes, and may write it or not: the counts are kept by the functions here alone. What
# kinegraph_count_votes sets ends with it: PostgreSQL takes back what a function's own SET clause names.
VOTES = """
CREATE TABLE exercise_video_votes (
    exercise_id uuid        NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    user_id     uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_positive boolean     NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (exercise_id, user_id)
);
CREATE INDEX exercise_video_votes_user_idx ON exercise_video_votes (user_id);
ALTER TABLE exercise_video_votes ENABLE ROW LEVEL SECURITY;
ALTER TABLE exercise_video_votes FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON exercise_video_votes TO kinegraph_api;
CREATE POLICY exercise_video_votes_own ON exercise_video_votes FOR ALL USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
    OR (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
) WITH CHECK (
    (user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
     OR (SELECT current_setting('kinegraph.platform_admin', true)) = 'on')
    AND EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id)
);

CREATE FUNCTION kinegraph_count_votes() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT SET kinegraph.platform_admin = 'on' SET kinegraph.coached = '{}'
AS $$
DECLARE
    voted uuid := coalesce(new.exercise_id, old.exercise_id);
BEGIN
    PERFORM set_config('kinegraph.coached', array_remove(ARRAY[organization_id], NULL)::text, true)
    FROM exercises WHERE id = voted;
    UPDATE exercises
    SET video_positive_votes = video_positive_votes
            + coalesce(new.is_positive, false)::integer - coalesce(old.is_positive, false)::integer,
        video_negative_votes = video_negative_votes
            + coalesce(NOT new.is_positive, false)::integer - coalesce(NOT old.is_positive, false)::integer
    WHERE id = voted;
    RETURN NULL;
END $$;
CREATE TRIGGER exercise_video_voted AFTER INSERT OR UPDATE OR DELETE ON exercise_video_votes
    FOR EACH ROW EXECUTE FUNCTION kinegraph_count_votes();

-- Another video is judged anew.
CREATE FUNCTION kinegraph_forget_votes() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT SET kinegraph.platform_admin = 'on'
AS $$
BEGIN
    DELETE FROM exercise_video_votes WHERE exercise_id = new.id;
    RETURN NULL;
END $$;
CREATE TRIGGER exercise_video_changed AFTER UPDATE OF video_url ON exercises
    FOR EACH ROW WHEN (old.video_url IS DISTINCT FROM new.video_url) EXECUTE FUNCTION kinegraph_forget_votes();

-- Coaches suggest videos for canonical rows too: this function adds a suggestion, and nothing else.
CREATE FUNCTION kinegraph_suggest_video(suggested uuid, candidate jsonb, most integer) RETURNS text
LANGUAGE plpgsql SET search_path FROM CURRENT SET kinegraph.platform_admin = 'on'
AS $$
DECLARE
    stored exercises;
BEGIN
    SELECT * INTO stored FROM exercises WHERE id = suggested FOR UPDATE;
    IF candidate ->> 'id' = ANY (stored.video_rejected_ids) THEN RETURN 'rejected'; END IF;
    IF stored.video_url = candidate ->> 'url' THEN RETURN 'current'; END IF;
    IF stored.video_candidates @> jsonb_build_array(jsonb_build_object('id', candidate -> 'id')) THEN
        RETURN 'known';
    END IF;
    IF jsonb_array_length(stored.video_candidates) >= most THEN RETURN 'full'; END IF;
    UPDATE exercises SET video_candidates = video_candidates || candidate WHERE id = suggested;
    RETURN 'added';
END $$;
"""
