"""Search: an organization's texts in a table of their own, with overridden texts in place of the canonical ones.

`organization_search` repeats, for search alone, the texts of an organization's own exercises, and of canonical ones
whose texts it overrides: of these the effective texts, so that the replaced ones find nothing. Overrides become narrow
rows again, which pages of libraries read.

`name_tsv` has the words of names, `names_tsv` those of names and aliases, `whole_tsv` all of them without spaces. A
full-text query that names weights makes PostgreSQL unpack the vector of every row with these words, as indexes have no
weights; these columns need none.

Row-level security keeps an organization's texts out of GIN indexes, so all its rows are compared with a query, each by
the words of its name in an index of its organization (`short_tsv`, null where a name is too long for such an index).

`canonical_words` is the vocabulary of canonical names and aliases: a misspelled word is compared with its words, of
which there are few, instead of with the texts of all exercises. A word stays there when its exercise is renamed.
"""

from alembic import op

revision = "0032"
down_revision = "0031"

READ_BY_OWNER = ("exercises", "exercise_org_overrides", "canonical_search")
"""The tables whose rows are repeated: their owner may be bound by policies, too."""

SEARCHED = "'name,aliases,primaryMuscles,secondaryMuscles,equipment,discipline,cues,commonFaults,scalingOptions'"
"""The keys of overrides that are searched."""

NAMES = """
    ADD COLUMN whole_tsv tsvector NOT NULL GENERATED ALWAYS AS (array_to_tsvector(array_remove(
        string_to_array(replace(search_name || '|' || search_aliases, ' ', ''), '|'), ''))) STORED,
    ADD COLUMN name_tsv  tsvector NOT NULL GENERATED ALWAYS AS (strip(ts_filter(search_tsv, '{a}'))) STORED,
    ADD COLUMN names_tsv tsvector NOT NULL GENERATED ALWAYS AS (ts_filter(search_tsv, '{a,b}')) STORED
"""

TABLES = f"""
ALTER TABLE canonical_search {NAMES};
CREATE INDEX canonical_search_name_idx ON canonical_search USING gin (name_tsv);
CREATE INDEX canonical_search_names_idx ON canonical_search USING gin (names_tsv);
CREATE INDEX canonical_search_terms_idx ON canonical_search USING gin (ts_filter(search_tsv, '{{a,b,c}}'));

CREATE TABLE canonical_words (word text PRIMARY KEY);
CREATE INDEX canonical_words_trgm_idx ON canonical_words USING gin (word gin_trgm_ops);
ALTER TABLE canonical_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE canonical_words FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON canonical_words TO kinegraph_api;
CREATE POLICY canonical_words_read ON canonical_words FOR SELECT USING (true);
CREATE POLICY canonical_words_write ON canonical_words FOR ALL USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on');

CREATE TABLE organization_search (
    organization_id uuid             NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    exercise_id     uuid             NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    is_own          boolean          NOT NULL,
    slug            varchar(255),
    name_key        text COLLATE "C" NOT NULL,
    status          varchar(16)      NOT NULL,
    search_name     text             NOT NULL,
    search_aliases  text             NOT NULL,
    search_tsv      tsvector         NOT NULL,
    PRIMARY KEY (organization_id, exercise_id)
);
ALTER TABLE organization_search {NAMES},
    ADD COLUMN short_tsv tsvector GENERATED ALWAYS AS (
        CASE WHEN octet_length(search_name) <= 200 THEN strip(ts_filter(search_tsv, '{{a}}')) ELSE NULL END) STORED;
CREATE INDEX organization_search_exercise_idx ON organization_search (exercise_id);
CREATE INDEX organization_search_short_idx ON organization_search (organization_id)
    INCLUDE (exercise_id, is_own, status, short_tsv);
ALTER TABLE organization_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization_search FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON organization_search TO kinegraph_api;
CREATE POLICY organization_search_read ON organization_search FOR SELECT USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
-- Of an edit of a canonical exercise a trigger (kinegraph_repeat_overridden) makes rows of every organization.
CREATE POLICY organization_search_write ON organization_search FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    OR (SELECT current_setting('kinegraph.operator', true)) = 'on'
) WITH CHECK (
    (organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
     OR (SELECT current_setting('kinegraph.operator', true)) = 'on')
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND e.organization_id IS NOT DISTINCT FROM
                      CASE WHEN is_own THEN organization_search.organization_id END)
);
"""

# A deleted canonical exercise stays: with it its overrides, should it come back.
FUNCTIONS = f"""
CREATE FUNCTION public.kinegraph_repeat_overridden(exercise uuid, organizations uuid[]) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO organization_search AS stored
        (organization_id, exercise_id, is_own, slug, name_key, status, search_name, search_aliases, search_tsv)
    SELECT o.organization_id, e.id, false, e.slug, coalesce(o.name_key, e.name_key),
           CASE WHEN e.deleted_at IS NULL THEN e.status ELSE 'deleted' END,
           text.name, text.aliases,
           setweight(kinegraph_search_vector(text.name), 'A')
           || setweight(kinegraph_search_vector(text.aliases), 'B')
           || setweight(kinegraph_search_vector(kinegraph_search_text(
                  coalesce(kinegraph_texts(o.overrides -> 'primaryMuscles'), e.primary_muscles)
                  || coalesce(kinegraph_texts(o.overrides -> 'equipment'), e.equipment)
                  || coalesce(kinegraph_texts(o.overrides -> 'discipline'), e.discipline))), 'C')
           || setweight(to_tsvector('public.kinegraph', kinegraph_search_text(
                  coalesce(kinegraph_texts(o.overrides -> 'secondaryMuscles'), e.secondary_muscles)
                  || coalesce(kinegraph_texts(o.overrides -> 'cues'), e.cues)
                  || coalesce(kinegraph_texts(o.overrides -> 'commonFaults'), e.common_faults)
                  || coalesce(kinegraph_texts(o.overrides -> 'scalingOptions'), e.scaling_options))), 'D')
    FROM exercise_org_overrides o
    JOIN exercises e ON e.id = o.exercise_id AND e.organization_id IS NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(kinegraph_search_text(o.overrides ->> 'name'), e.search_name) AS name,
               coalesce(kinegraph_search_text(kinegraph_texts(o.overrides -> 'aliases')), e.search_aliases) AS aliases
    ) AS text
    WHERE o.exercise_id = exercise AND o.organization_id = ANY (organizations)
    ON CONFLICT (organization_id, exercise_id) DO UPDATE
    SET (slug, name_key, status, search_name, search_aliases, search_tsv)
        = ROW (excluded.slug, excluded.name_key, excluded.status,
               excluded.search_name, excluded.search_aliases, excluded.search_tsv);
$$;

CREATE FUNCTION public.kinegraph_repeat_override() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    IF jsonb_strip_nulls(NEW.overrides) ?| string_to_array({SEARCHED}, ',') THEN
        PERFORM kinegraph_repeat_overridden(NEW.exercise_id, ARRAY[NEW.organization_id]);
    ELSE
        DELETE FROM organization_search
        WHERE organization_id = NEW.organization_id AND exercise_id = NEW.exercise_id AND NOT is_own;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER repeat_new_override AFTER INSERT ON exercise_org_overrides
    FOR EACH ROW WHEN (NEW.overrides <> '{{}}') EXECUTE FUNCTION kinegraph_repeat_override();
CREATE TRIGGER repeat_override AFTER UPDATE ON exercise_org_overrides
    FOR EACH ROW WHEN (OLD.overrides <> NEW.overrides) EXECUTE FUNCTION kinegraph_repeat_override();

CREATE FUNCTION public.kinegraph_forget_override() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    DELETE FROM organization_search
    WHERE organization_id = OLD.organization_id AND exercise_id = OLD.exercise_id AND NOT is_own;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_override AFTER DELETE ON exercise_org_overrides
    FOR EACH ROW EXECUTE FUNCTION kinegraph_forget_override();

CREATE FUNCTION public.kinegraph_repeat_own_texts() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        DELETE FROM organization_search
        WHERE organization_id = NEW.organization_id AND exercise_id = NEW.id;
        RETURN NULL;
    END IF;
    INSERT INTO organization_search AS stored
        (organization_id, exercise_id, is_own, slug, name_key, status, search_name, search_aliases, search_tsv)
    VALUES (NEW.organization_id, NEW.id, true, NEW.slug, NEW.name_key, NEW.status,
            NEW.search_name, NEW.search_aliases, NEW.search_tsv)
    ON CONFLICT (organization_id, exercise_id) DO UPDATE
    SET (slug, name_key, status, search_name, search_aliases, search_tsv)
        = ROW (excluded.slug, excluded.name_key, excluded.status,
               excluded.search_name, excluded.search_aliases, excluded.search_tsv);
    RETURN NULL;
END $$;
CREATE TRIGGER repeat_new_own_texts AFTER INSERT ON exercises
    FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL AND NEW.deleted_at IS NULL)
    EXECUTE FUNCTION kinegraph_repeat_own_texts();
CREATE TRIGGER repeat_own_texts AFTER UPDATE ON exercises
    FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL AND
        (OLD.slug, OLD.name_key, OLD.status, OLD.deleted_at, OLD.search_name, OLD.search_aliases, OLD.search_tsv)
        IS DISTINCT FROM
        (NEW.slug, NEW.name_key, NEW.status, NEW.deleted_at, NEW.search_name, NEW.search_aliases, NEW.search_tsv))
    EXECUTE FUNCTION kinegraph_repeat_own_texts();

CREATE FUNCTION public.kinegraph_words(names text, aliases text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT DISTINCT word COLLATE "C"
    FROM unnest(string_to_array(replace(names || ' ' || aliases, '|', ' '), ' ')) AS word
    WHERE word <> ''
    ORDER BY 1
$$;

CREATE OR REPLACE FUNCTION public.kinegraph_repeat_texts() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    operator      text := coalesce(current_setting('kinegraph.operator', true), '');
    organizations text := coalesce(current_setting('kinegraph.organizations', true), '');
    overriding    uuid[];
BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        DELETE FROM canonical_search WHERE exercise_id = NEW.id;
    ELSE
        INSERT INTO canonical_search AS stored
        VALUES (NEW.id, NEW.slug, NEW.name_key, NEW.status, NEW.search_name, NEW.search_aliases, NEW.search_tsv)
        ON CONFLICT (exercise_id) DO UPDATE
        SET (slug, name_key, status, search_name, search_aliases, search_tsv)
            = ROW (excluded.slug, excluded.name_key, excluded.status,
                   excluded.search_name, excluded.search_aliases, excluded.search_tsv);
        INSERT INTO canonical_words
        SELECT kinegraph_words(NEW.search_name, NEW.search_aliases)
        ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM set_config('kinegraph.operator', 'on', true);
        SELECT array_agg(organization_id) INTO overriding FROM organization_search WHERE exercise_id = NEW.id;
        IF overriding IS NOT NULL THEN
            PERFORM set_config('kinegraph.organizations', overriding::text, true);
            PERFORM kinegraph_repeat_overridden(NEW.id, overriding);
            PERFORM set_config('kinegraph.organizations', organizations, true);
        END IF;
        PERFORM set_config('kinegraph.operator', operator, true);
    END IF;
    RETURN NULL;
END $$;
"""

FILL = f"""
INSERT INTO canonical_words
SELECT DISTINCT kinegraph_words(search_name, search_aliases) FROM canonical_search;

INSERT INTO organization_search
    (organization_id, exercise_id, is_own, slug, name_key, status, search_name, search_aliases, search_tsv)
SELECT organization_id, id, true, slug, name_key, status, search_name, search_aliases, search_tsv
FROM exercises WHERE organization_id IS NOT NULL AND deleted_at IS NULL;

SELECT kinegraph_repeat_overridden(exercise_id, array_agg(organization_id))
FROM exercise_org_overrides
WHERE jsonb_strip_nulls(overrides) ?| string_to_array({SEARCHED}, ',')
GROUP BY exercise_id;
"""


def as_owner(statements: str) -> None:
    """Run statements that read and write rows, without the policies of the tables."""
    tables = (*READ_BY_OWNER, "canonical_words", "organization_search")
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statements)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute(
        "ALTER TABLE exercise_org_overrides DROP COLUMN search_name, DROP COLUMN search_aliases, DROP COLUMN search_tsv"
    )
    op.execute("DROP FUNCTION kinegraph_override_vector(jsonb)")
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    as_owner(FILL)


def downgrade() -> None:
    script = op.get_context().script
    assert script is not None
    before = script.get_revision("0027").module
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        DROP TRIGGER repeat_new_override ON exercise_org_overrides;
        DROP TRIGGER repeat_override ON exercise_org_overrides;
        DROP TRIGGER forget_override ON exercise_org_overrides;
        DROP TRIGGER repeat_new_own_texts ON exercises;
        DROP TRIGGER repeat_own_texts ON exercises;
        DROP FUNCTION kinegraph_repeat_override(), kinegraph_forget_override(), kinegraph_repeat_own_texts(),
            kinegraph_repeat_overridden(uuid, uuid[]), kinegraph_texts(jsonb);
        DROP TABLE organization_search, canonical_words;
        ALTER TABLE canonical_search DROP COLUMN whole_tsv, DROP COLUMN name_tsv, DROP COLUMN names_tsv;
        DROP INDEX canonical_search_terms_idx;
    """)
    op.execute(before.OVERRIDE)
    repeated = before.LIBRARY.partition("CREATE FUNCTION public.kinegraph_repeat_texts()")
    op.execute(
        "CREATE OR REPLACE" + repeated[1].removeprefix("CREATE") + repeated[2].partition("END $$;")[0] + "END $$;"
    )
    op.execute("DROP FUNCTION kinegraph_words(text, text)")
