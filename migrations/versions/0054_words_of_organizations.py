"""Search: the words of an organization's names and aliases, and canonical texts in the order in which they are read.

Row-level security lets an index be read by conditions that leak nothing, such as equality, and full text is none: so a
search compared all rows of an organization. Each word of their names and aliases is a row of `organization_words` now,
and its primary key has all that a search reads of it. Triggers write it with `organization_search`, whose index of
names nothing reads any more. The index by exercise has the organization, too: rows of others are not read with its own.

A row of `canonical_search` is read up to the last column that a search needs, over those before it; so the columns that
every search reads come first, and the length of a name is stored. The table is made anew of the exercises.
"""

from collections.abc import Sequence
from types import ModuleType

from alembic import op

revision = "0054"
down_revision = "0053"

COACHED = "organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])"
OPERATOR = "(SELECT current_setting('kinegraph.operator', true)) = 'on'"

WORDS = f"""
CREATE TABLE organization_words (
    organization_id uuid             NOT NULL,
    word            text COLLATE "C" NOT NULL,
    exercise_id     uuid             NOT NULL,
    name_length     integer
);
INSERT INTO organization_words
SELECT organization_id, word, exercise_id, CASE WHEN word = ANY (tsvector_to_array(name_tsv)) THEN name_length END
FROM organization_search, unnest(tsvector_to_array(words_tsv)) AS word
ORDER BY organization_id, exercise_id;
ALTER TABLE organization_words ADD PRIMARY KEY (organization_id, word, exercise_id) INCLUDE (name_length);
ALTER TABLE organization_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization_words FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON organization_words TO kinegraph_api;
CREATE POLICY organization_words_read ON organization_words FOR SELECT USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
CREATE POLICY organization_words_write ON organization_words FOR ALL USING (
    {COACHED} OR {OPERATOR}
) WITH CHECK (
    ({COACHED} OR {OPERATOR})
    AND EXISTS (SELECT FROM organization_search s
                WHERE s.organization_id = organization_words.organization_id
                  AND s.exercise_id = organization_words.exercise_id)
);
"""

FUNCTIONS = """
CREATE FUNCTION public.kinegraph_repeat_words() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    names text[] := tsvector_to_array(NEW.name_tsv);
    words text[] := tsvector_to_array(NEW.words_tsv);
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM organization_words
        WHERE organization_id = OLD.organization_id AND word = ANY (tsvector_to_array(OLD.words_tsv))
          AND exercise_id = OLD.exercise_id;
    END IF;
    INSERT INTO organization_words
    SELECT NEW.organization_id, word, NEW.exercise_id, CASE WHEN word = ANY (names) THEN NEW.name_length END
    FROM unnest(words) AS word;
    RETURN NULL;
END $$;
CREATE TRIGGER repeat_new_words AFTER INSERT OR DELETE ON organization_search
    FOR EACH ROW EXECUTE FUNCTION kinegraph_repeat_words();
CREATE TRIGGER repeat_words AFTER UPDATE ON organization_search
    FOR EACH ROW WHEN ((OLD.words_tsv, OLD.name_tsv, OLD.name_length) IS DISTINCT FROM
                       (NEW.words_tsv, NEW.name_tsv, NEW.name_length))
    EXECUTE FUNCTION kinegraph_repeat_words();
"""


COLUMNS = {
    "exercise_id": "uuid PRIMARY KEY REFERENCES exercises (id) ON DELETE CASCADE",
    "name_length": "integer NOT NULL GENERATED ALWAYS AS (length(search_name)) STORED",
    "status": "varchar(16) NOT NULL",
    "search_name": "text NOT NULL",
    "slug": "varchar(255)",
    "name_key": 'text COLLATE "C" NOT NULL',
    "name_tsv": "tsvector NOT NULL GENERATED ALWAYS AS (strip(ts_filter(search_tsv, '{a}'))) STORED",
    "whole_tsv": """tsvector NOT NULL GENERATED ALWAYS AS (array_to_tsvector(array_remove(
        string_to_array(replace(search_name || '|' || search_aliases, ' ', ''), '|'), ''))) STORED""",
    "names_tsv": "tsvector NOT NULL GENERATED ALWAYS AS (ts_filter(search_tsv, '{a,b}')) STORED",
    "search_aliases": "text NOT NULL",
    "search_tsv": "tsvector NOT NULL",
}
"""The columns of canonical texts, in their order."""

BEFORE = (
    "exercise_id", "slug", "name_key", "status", "search_name", "search_aliases", "search_tsv",
    "whole_tsv", "name_tsv", "names_tsv",
)  # fmt: skip

CANONICAL = """
DROP TABLE canonical_search;
CREATE TABLE canonical_search ({columns});
INSERT INTO canonical_search (exercise_id, slug, name_key, status, search_name, search_aliases, search_tsv)
SELECT id, slug, name_key, status, search_name, search_aliases, search_tsv
FROM exercises WHERE organization_id IS NULL AND deleted_at IS NULL;
CREATE INDEX canonical_search_tsv_idx ON canonical_search USING gin (search_tsv);
CREATE INDEX canonical_search_trgm_idx ON canonical_search
    USING gin (search_name gin_trgm_ops, search_aliases gin_trgm_ops);
CREATE INDEX canonical_search_name_idx ON canonical_search USING gin (name_tsv);
CREATE INDEX canonical_search_names_idx ON canonical_search USING gin (names_tsv);
CREATE INDEX canonical_search_start_idx ON canonical_search (search_name COLLATE "C") INCLUDE (exercise_id);
CREATE INDEX canonical_search_order_idx ON canonical_search (length(search_name), name_key, exercise_id);
ALTER TABLE canonical_search ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON canonical_search TO kinegraph_api;
CREATE POLICY canonical_search_read ON canonical_search FOR SELECT USING (true);
CREATE POLICY canonical_search_write ON canonical_search FOR ALL USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
    AND EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id AND e.organization_id IS NULL));
"""

REPEATED = {
    "INSERT INTO canonical_search AS stored\n        VALUES": """INSERT INTO canonical_search AS stored
            (exercise_id, slug, name_key, status, search_name, search_aliases, search_tsv)
        VALUES""",
}
"""What the trigger on exercises inserts: without the names of columns, and with them."""

INDEXES = """
DROP INDEX organization_search_exercise_idx, organization_search_length_idx;
CREATE INDEX organization_search_exercise_idx ON organization_search (exercise_id, organization_id);
ALTER TABLE organization_search DROP COLUMN short_tsv;
"""

INDEXES_BEFORE = """
DROP INDEX organization_search_exercise_idx;
CREATE INDEX organization_search_exercise_idx ON organization_search (exercise_id);
ALTER TABLE organization_search
    ADD COLUMN short_tsv tsvector GENERATED ALWAYS AS (
        CASE WHEN octet_length(search_name) <= 200 THEN strip(ts_filter(search_tsv, '{a}')) ELSE NULL END) STORED;
CREATE INDEX organization_search_length_idx ON organization_search (organization_id, name_length)
    INCLUDE (exercise_id, is_own, status, short_tsv);
"""


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    _module("0032").as_owner(_canonical([*COLUMNS]) + INDEXES + WORDS)
    op.execute(FUNCTIONS)
    _module("0050").change("kinegraph_repeat_texts()", REPEATED)


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        DROP TRIGGER repeat_words ON organization_search;
        DROP TRIGGER repeat_new_words ON organization_search;
        DROP FUNCTION kinegraph_repeat_words();
        DROP TABLE organization_words;
    """)
    _module("0032").as_owner(_canonical(BEFORE) + INDEXES_BEFORE)
    _module("0050").change("kinegraph_repeat_texts()", {after: before for before, after in REPEATED.items()})


def _canonical(names: Sequence[str]) -> str:
    return CANONICAL.replace("{columns}", ",\n".join(f"{name} {COLUMNS[name]}" for name in names))


def _module(revision: str) -> ModuleType:
    """The module of an earlier migration."""
    script = op.get_context().script
    assert script is not None
    return script.get_revision(revision).module
