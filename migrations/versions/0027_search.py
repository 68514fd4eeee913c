"""Search: the analysis of texts, the analysed texts of exercises and overrides, and the indexed ones of the library.

`kinegraph_search_text` brings a text into the form in which it is searched; `language.rules_text` does the same in
Python. `kinegraph_search_vector` makes the full-text vector: words by the snowball stemmers of English and Russian
without stop words (`push up` has one in the usual configuration), Hebrew words also without a prefix and an ending, and
each pair of neighbouring words also as one, so that `push-up`, `push up` and `pushup` meet. Its weights: A the name, B
aliases, C primary muscles, equipment and disciplines, D secondary muscles and cues.

Row-level security lets only leakproof operators be index conditions, and those of full text and trigrams are not. So
the texts of canonical exercises, which everybody may read, are repeated in `canonical_search`, whose policy has no
condition: its indexes are used. Texts of an organization are found by its id.
"""

from alembic import op

revision = "0027"
down_revision = "0026"

FIRE_TRIGGERS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""No table can be altered while triggers of its changed rows wait for the commit."""

DROPPED = "'\"`´׳״ʼʹ’‘“”„«»′″"
"""Quotation marks, apostrophes, geresh and gershayim: they are dropped."""

FINALS = ("ךםןףץ", "כמנפצ")
"""Hebrew final letters, and the letters that they are elsewhere."""

SEPARATORS = (
    r"\u0001-\u0020!-/:-@\[-`\{-~\u007f-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u060c\u061b\u061f\u2000-\u206f\u20a0-\u20bf\u2190-\u2bff"
    r"\u3000-\u3004\u3008-\u3020\ufe10-\ufe19\ufe30-\ufe6f\U0001f000-\U0001faff"
)
"""What separates words: punctuation, symbols, arrows, emoji."""

ANALYSIS = f"""
CREATE TEXT SEARCH DICTIONARY kinegraph_english (TEMPLATE = pg_catalog.snowball, Language = english);
CREATE TEXT SEARCH DICTIONARY kinegraph_russian (TEMPLATE = pg_catalog.snowball, Language = russian);
CREATE TEXT SEARCH CONFIGURATION kinegraph (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION kinegraph ADD MAPPING FOR asciiword WITH kinegraph_english;
ALTER TEXT SEARCH CONFIGURATION kinegraph ADD MAPPING FOR word WITH kinegraph_russian;
ALTER TEXT SEARCH CONFIGURATION kinegraph ADD MAPPING FOR numword, int, uint, float, sfloat, version WITH simple;

CREATE FUNCTION public.kinegraph_search_text(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN btrim(regexp_replace(
    translate(public.kinegraph_search_key(written), '{FINALS[0]}{DROPPED.replace("'", "''")}', '{FINALS[1]}'),
    '[{SEPARATORS}]+', ' ', 'g'));

CREATE FUNCTION public.kinegraph_search_text(written text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN (SELECT coalesce(string_agg(public.kinegraph_search_text(each.text), '|' ORDER BY each.position), '')
        FROM unnest(written) WITH ORDINALITY AS each (text, position));

-- A Hebrew word without its plural or feminine ending, and without one prefix as well. Three letters stay.
CREATE FUNCTION public.kinegraph_hebrew_stems(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN regexp_replace(word, '^([א-ת]{{3,}}?)(ימ|ות|ה|ת|י)$', '\\1') || ' '
    || regexp_replace(regexp_replace(word, '^[הובלמשכ]([א-ת]{{3,}})$', '\\1'), '^([א-ת]{{3,}}?)(ימ|ות|ה|ת|י)$', '\\1')
    || ' ' || regexp_replace(word, '^[הובלמשכ]([א-ת]{{3,}})$', '\\1');

-- The words of a search text, each pair of neighbours as one word, and the stems of Hebrew words.
CREATE FUNCTION public.kinegraph_search_words(searched text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN searched || coalesce(' ' || (
    SELECT string_agg(concat_ws(' ', pair.word || pair.next,
                                CASE WHEN pair.word ~ '^[א-ת]' THEN public.kinegraph_hebrew_stems(pair.word) END), ' ')
    FROM (SELECT word, lead(word) OVER (ORDER BY position) AS next
          FROM unnest(string_to_array(searched, ' ')) WITH ORDINALITY AS split (word, position)) AS pair), '');

CREATE FUNCTION public.kinegraph_search_vector(searched text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN to_tsvector('public.kinegraph', coalesce((
    SELECT string_agg(public.kinegraph_search_words(line), ' ')
    FROM unnest(string_to_array(searched, '|')) AS line), ''));
"""

VECTOR = """
setweight(kinegraph_search_vector(kinegraph_search_text(name::text)), 'A')
|| setweight(kinegraph_search_vector(kinegraph_search_text(aliases)), 'B')
|| setweight(kinegraph_search_vector(kinegraph_search_text(
       primary_muscles || equipment || discipline)), 'C')
|| setweight(to_tsvector('public.kinegraph', kinegraph_search_text(
       secondary_muscles || cues || common_faults || scaling_options)), 'D')
"""

OVERRIDE = """
CREATE FUNCTION public.kinegraph_texts(list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(list) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(list)) END;

-- The full-text vector of what is overridden; empty where nothing of it is searched.
CREATE FUNCTION public.kinegraph_override_vector(overrides jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
    coalesce(setweight(public.kinegraph_search_vector(public.kinegraph_search_text(overrides ->> 'name')), 'A'), '')
    || coalesce(setweight(public.kinegraph_search_vector(
           public.kinegraph_search_text(public.kinegraph_texts(overrides -> 'aliases'))), 'B'), '')
    || setweight(public.kinegraph_search_vector(public.kinegraph_search_text(
           coalesce(public.kinegraph_texts(overrides -> 'primaryMuscles'), '{}')
           || coalesce(public.kinegraph_texts(overrides -> 'equipment'), '{}')
           || coalesce(public.kinegraph_texts(overrides -> 'discipline'), '{}'))), 'C')
    || setweight(to_tsvector('public.kinegraph', public.kinegraph_search_text(
           coalesce(public.kinegraph_texts(overrides -> 'secondaryMuscles'), '{}')
           || coalesce(public.kinegraph_texts(overrides -> 'cues'), '{}')
           || coalesce(public.kinegraph_texts(overrides -> 'commonFaults'), '{}')
           || coalesce(public.kinegraph_texts(overrides -> 'scalingOptions'), '{}'))), 'D');

ALTER TABLE exercise_org_overrides
    ADD COLUMN search_name text GENERATED ALWAYS AS (kinegraph_search_text(overrides ->> 'name')) STORED,
    ADD COLUMN search_aliases text
        GENERATED ALWAYS AS (kinegraph_search_text(kinegraph_texts(overrides -> 'aliases'))) STORED,
    ADD COLUMN search_tsv tsvector NOT NULL GENERATED ALWAYS AS (kinegraph_override_vector(overrides)) STORED;
"""

LIBRARY = """
CREATE TABLE canonical_search (
    exercise_id    uuid             PRIMARY KEY REFERENCES exercises (id) ON DELETE CASCADE,
    slug           varchar(255),
    name_key       text COLLATE "C" NOT NULL,
    status         varchar(16)      NOT NULL,
    search_name    text             NOT NULL,
    search_aliases text             NOT NULL,
    search_tsv     tsvector         NOT NULL
);
CREATE INDEX canonical_search_tsv_idx ON canonical_search USING gin (search_tsv);
CREATE INDEX canonical_search_trgm_idx ON canonical_search
    USING gin (search_name gin_trgm_ops, search_aliases gin_trgm_ops);

INSERT INTO canonical_search
SELECT id, slug, name_key, status, search_name, search_aliases, search_tsv
FROM exercises WHERE organization_id IS NULL AND deleted_at IS NULL;

CREATE FUNCTION public.kinegraph_repeat_texts() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        DELETE FROM canonical_search WHERE exercise_id = NEW.id;
        RETURN NULL;
    END IF;
    INSERT INTO canonical_search AS stored
    VALUES (NEW.id, NEW.slug, NEW.name_key, NEW.status, NEW.search_name, NEW.search_aliases, NEW.search_tsv)
    ON CONFLICT (exercise_id) DO UPDATE
    SET (slug, name_key, status, search_name, search_aliases, search_tsv)
        = ROW (excluded.slug, excluded.name_key, excluded.status,
               excluded.search_name, excluded.search_aliases, excluded.search_tsv);
    RETURN NULL;
END $$;
CREATE TRIGGER repeat_new_texts AFTER INSERT ON exercises
    FOR EACH ROW WHEN (NEW.organization_id IS NULL AND NEW.deleted_at IS NULL)
    EXECUTE FUNCTION kinegraph_repeat_texts();
CREATE TRIGGER repeat_texts AFTER UPDATE ON exercises
    FOR EACH ROW WHEN (NEW.organization_id IS NULL AND
        (OLD.slug, OLD.name_key, OLD.status, OLD.deleted_at, OLD.search_name, OLD.search_aliases, OLD.search_tsv)
        IS DISTINCT FROM
        (NEW.slug, NEW.name_key, NEW.status, NEW.deleted_at, NEW.search_name, NEW.search_aliases, NEW.search_tsv))
    EXECUTE FUNCTION kinegraph_repeat_texts();

ALTER TABLE canonical_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE canonical_search FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON canonical_search TO kinegraph_api;
-- Canonical texts are for everybody, as their exercises are. Without a condition, indexes may be used.
CREATE POLICY canonical_search_read ON canonical_search FOR SELECT USING (true);
CREATE POLICY canonical_search_write ON canonical_search FOR ALL USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
    AND EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id AND e.organization_id IS NULL));
"""


def upgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute(ANALYSIS)
    op.execute("ALTER TABLE exercises DROP COLUMN search_tsv")  # with its index
    op.execute(f"""
        ALTER TABLE exercises
            ADD COLUMN search_name text NOT NULL GENERATED ALWAYS AS (kinegraph_search_text(name::text)) STORED,
            ADD COLUMN search_aliases text NOT NULL GENERATED ALWAYS AS (kinegraph_search_text(aliases)) STORED,
            ADD COLUMN search_tsv tsvector NOT NULL GENERATED ALWAYS AS ({VECTOR}) STORED
    """)
    op.execute("CREATE INDEX exercises_search_tsv_idx ON exercises USING gin (search_tsv)")
    op.execute(OVERRIDE)
    op.execute(LIBRARY)


def downgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute("""
        DROP TRIGGER repeat_new_texts ON exercises;
        DROP TRIGGER repeat_texts ON exercises;
        DROP FUNCTION kinegraph_repeat_texts();
        DROP TABLE canonical_search;
        ALTER TABLE exercise_org_overrides
            DROP COLUMN search_name, DROP COLUMN search_aliases, DROP COLUMN search_tsv;
        ALTER TABLE exercises DROP COLUMN search_name, DROP COLUMN search_aliases, DROP COLUMN search_tsv;
        DROP FUNCTION kinegraph_override_vector(jsonb), kinegraph_texts(jsonb), kinegraph_search_vector(text),
            kinegraph_search_words(text), kinegraph_hebrew_stems(text), kinegraph_search_text(text[]),
            kinegraph_search_text(text);
        DROP TEXT SEARCH CONFIGURATION kinegraph;
        DROP TEXT SEARCH DICTIONARY kinegraph_english, kinegraph_russian;
        ALTER TABLE exercises ADD COLUMN search_tsv tsvector NOT NULL GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', name), 'A')
            || setweight(to_tsvector('simple', public.fk_array_to_text(aliases)), 'B')
            || setweight(to_tsvector('simple', public.fk_array_to_text(
                   primary_muscles || secondary_muscles || equipment || discipline)), 'C')
            || setweight(to_tsvector('simple', public.fk_array_to_text(
                   cues || common_faults || scaling_options)), 'D')
        ) STORED;
        CREATE INDEX exercises_search_tsv_idx ON exercises USING gin (search_tsv);
    """)
