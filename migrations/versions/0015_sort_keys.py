"""Names sort by stored keys, lists are compared without case, and texts are stored in Unicode NFC.

`kinegraph_sort_key` makes the key by which names are sorted, `kinegraph_folded` the form in which entries of lists are
compared. Both are computed when a row is written, into generated columns, so that lists are read from indexes; the
order of keys is that of their bytes (COLLATE "C"), whatever the locale of the database is.

Texts that were stored in another form than NFC are normalized, and entries of caseless lists that differ by case alone
become one. An override that never differed from its canonical value is removed.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

CASELESS = ("primary_muscles", "secondary_muscles", "equipment", "optional_equipment", "aliases", "discipline")
"""The lists whose entries are compared without case."""

NAMED = (
    "organizations", "users", "programs", "exercise_categories", "exercise_body_regions", "exercise_equipment",
)  # fmt: skip
"""The tables whose rows are sorted by name and had no key for it."""

KEY = 'text COLLATE "C" {null} GENERATED ALWAYS AS ({expression}) STORED'
BY_NAME = KEY.format(null="NOT NULL", expression="kinegraph_sort_key(name::text)")


FIRE_TRIGGERS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""No table can be altered while triggers of its changed rows wait for the commit."""


def upgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute(FUNCTIONS)
    op.execute("ALTER TABLE exercises DROP COLUMN name_key")  # with its indexes
    folded = ", ".join(
        f"ADD COLUMN {name}_keys text[] NOT NULL GENERATED ALWAYS AS (kinegraph_folded({name})) STORED"
        for name in CASELESS
    )
    op.execute(f"ALTER TABLE exercises ADD COLUMN name_key {BY_NAME}, {folded}")
    op.execute("ALTER TABLE exercise_org_overrides DROP COLUMN name_key")
    overriding = KEY.format(null="", expression="kinegraph_sort_key(overrides ->> 'name')")
    op.execute(f"ALTER TABLE exercise_org_overrides ADD COLUMN name_key {overriding}")
    op.execute(INDEXES)
    for table in NAMED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN name_key {BY_NAME}")
    op.execute(REPLACE_ORDER.format(before="o.name, o.id", after="o.name_key, o.id"))
    _normalize()
    op.execute(FIRE_TRIGGERS)
    op.execute("UPDATE versions SET version = gen_random_uuid()")  # cached pages have the order of before


def downgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute(REPLACE_ORDER.format(before="o.name_key, o.id", after="o.name, o.id"))
    for table in NAMED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN name_key")
    op.execute("ALTER TABLE exercise_org_overrides DROP COLUMN name_key")
    op.execute("""
        ALTER TABLE exercise_org_overrides
            ADD COLUMN name_key text GENERATED ALWAYS AS (lower(overrides ->> 'name')) STORED
    """)
    dropped = ", ".join(f"DROP COLUMN {name}_keys" for name in CASELESS)
    op.execute(f"ALTER TABLE exercises DROP COLUMN name_key, {dropped}")
    op.execute("ALTER TABLE exercises ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED")
    op.execute(INDEXES)
    op.execute("DROP FUNCTION kinegraph_sort_key(text), kinegraph_folded(text[]), kinegraph_folded(text)")
    op.execute("UPDATE versions SET version = gen_random_uuid()")


INDEXES = """
CREATE INDEX exercises_canonical_name_idx ON exercises (name_key, id)
    WHERE organization_id IS NULL AND deleted_at IS NULL;
CREATE INDEX exercises_own_name_idx ON exercises (organization_id, name_key, id)
    WHERE organization_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX exercise_org_overrides_name_idx ON exercise_org_overrides (organization_id, name_key, exercise_id)
    WHERE name_key IS NOT NULL;
"""

REPLACE_ORDER = """
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('kinegraph_authenticate(uuid, text)'::regprocedure), '{before}', '{after}');
END $$
"""

ZEROS = (0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
         0x0F20, 0x1040, 0x17E0, 0x1810)  # fmt: skip
"""The digit zero of scripts that have digits of their own; one to nine follow it."""

LETTERS = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d",
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("‘’‚ʼ′", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **{chr(kana): chr(kana - 0x60) for kana in range(0x30A1, 0x30F7)},
    **{chr(zero + value): str(value) for zero in ZEROS for value in range(10)},
}  # fmt: skip
"""Characters that sort as another: letters with a stroke, dashes, quotation marks, katakana as hiragana, digits."""

MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    r"\u0001-\u0008\u000e-\u001f\u007f-\u009f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
)
"""Characters that do not count: control characters, accents, Hebrew points, Arabic vowels, nuktas, voicing marks, and
those without width.

Vowel signs of Indic scripts are letters, and stay.
"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# The key, from the inside out: compatible forms apart from their marks (NFKD), й as a letter of its own, without marks,
# without case, some letters as others, white space as one space. Then each number is written as its count of digits,
# 1 to 8, or 9 and the count in three digits, before the digits: 2 is 12, 10 is 210, 123456789 is 9009123456789. What
# follows a decimal point or comma is compared digit by digit. A key is cut at 600 characters, which an index can hold;
# longer ones are ordered by id.
FUNCTIONS = f"""
CREATE FUNCTION public.kinegraph_folded(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN normalize(btrim(regexp_replace(
    casefold(normalize(word, NFC) COLLATE "pg_unicode_fast"), '\\s+', ' ', 'g')), NFC);

CREATE FUNCTION public.kinegraph_folded(words text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN ARRAY(SELECT public.kinegraph_folded(word) FROM unnest(words) AS word);

CREATE FUNCTION public.kinegraph_sort_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
BEGIN ATOMIC
    SELECT left(coalesce(string_agg(
        CASE WHEN part.run[1] IS NULL THEN part.run[3]
             ELSE CASE WHEN length(number.digits) < 9 THEN length(number.digits)::text
                       ELSE '9' || lpad(length(number.digits)::text, 3, '0') END
                  || number.digits || coalesce('.' || part.run[2], '') END,
        '' ORDER BY part.position), ''), 600)
    FROM regexp_matches(
             btrim(regexp_replace(replace(replace(replace(translate(casefold(regexp_replace(
                 replace(replace(normalize(name, NFKD), U&'\\0438\\0306', 'й'), U&'\\0418\\0306', 'й'),
                 '[{MARKS}]', '', 'g') COLLATE "pg_unicode_fast"),
                 {_quoted("".join(LETTERS))}, {_quoted("".join(LETTERS.values()))}),
                 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), '\\s+', ' ', 'g')),
             '([0-9]+)(?:[.,]([0-9]+))?|([^0-9]+)', 'g') WITH ORDINALITY AS part (run, position)
    CROSS JOIN LATERAL (SELECT ltrim(part.run[1], '0') AS digits) AS number;
END;
"""


TEXTS = {
    "organizations": ("name",),
    "users": ("name",),
    "programs": ("name",),
    "exercises": ("name", "description", "athlete_notes", "mechanics", "force_vector", "source", "license_attribution"),
    "exercise_instructions": ("body",),
    "exercise_contraindications": ("condition", "description"),
    "exercise_categories": ("name",),
    "exercise_body_regions": ("name", "body_area"),
    "exercise_equipment": ("name",),
    "workouts": ("title", "description"),
    "workout_sections": ("title", "description"),
    "workout_movements": ("notes", "label", "superset_group"),
    "exercise_comments": ("body",),
}
"""The texts that people write, by table."""

LISTS = {
    **dict.fromkeys(CASELESS, "public.kinegraph_folded(word)"),
    **dict.fromkeys(("cues", "common_faults", "scaling_options"), "normalize(word)"),
}
"""The lists of an exercise, and the form in which two entries are the same."""

OVERRIDABLE = {
    "name": "name", "description": "description", "athleteNotes": "athlete_notes", "category": "category",
    "kind": "kind", "movementPattern": "movement_pattern", "primaryMuscles": "primary_muscles",
    "secondaryMuscles": "secondary_muscles", "equipment": "equipment", "aliases": "aliases",
    "difficulty": "difficulty", "discipline": "discipline", "cues": "cues", "commonFaults": "common_faults",
    "scalingOptions": "scaling_options", "videoUrl": "video_url", "thumbnailUrl": "thumbnail_url",
}  # fmt: skip
"""The columns of overrides, by their keys."""


def _without_duplicates(words: str, same: str) -> str:
    """SQL: the entries of a list in NFC and in their order; of those that are the same, the first."""
    return f"""ARRAY(
        SELECT first.word
        FROM (SELECT DISTINCT ON ({same}) normalize(word) AS word, position
              FROM unnest({words}) WITH ORDINALITY AS entry (word, position)
              ORDER BY {same}, position) AS first
        ORDER BY first.position)"""


def _normalize() -> None:
    """Rewrite the rows that hold texts in another form, and only these."""
    for table, columns in TEXTS.items():
        values = ", ".join(f"{name} = normalize({name})" for name in columns)
        op.execute(
            f"UPDATE {table} SET {values} WHERE " + " OR ".join(f"{name} IS NOT NFC NORMALIZED" for name in columns)
        )
    for name, same in LISTS.items():
        op.execute(f"""
            UPDATE exercises SET {name} = changed.words
            FROM (SELECT id, {_without_duplicates(name, same)} AS words FROM exercises) AS changed
            WHERE changed.id = exercises.id AND changed.words <> exercises.{name}
        """)
    # Of a document the text is normalized as a whole: no mark composes with a quotation mark before it.
    for table, document in (
        ("workout_movements", "prescription"),
        ("exercise_org_overrides", "overrides"),
        ("exercise_org_overrides", "changes"),
        ("exercises", "video_candidates"),
    ):
        op.execute(f"""
            UPDATE {table} SET {document} = normalize({document}::text)::jsonb
            WHERE {document}::text IS NOT NFC NORMALIZED
        """)
    for key, name in OVERRIDABLE.items():
        if name in LISTS:
            words = f"ARRAY(SELECT jsonb_array_elements_text(overrides -> '{key}'))"
            op.execute(f"""
                UPDATE exercise_org_overrides o
                SET overrides = jsonb_set(overrides, '{{{key}}}', to_jsonb(changed.words))
                FROM (SELECT id, {_without_duplicates(words, LISTS[name])} AS words
                      FROM exercise_org_overrides
                      WHERE jsonb_typeof(overrides -> '{key}') = 'array') AS changed
                WHERE changed.id = o.id AND to_jsonb(changed.words) <> overrides -> '{key}'
            """)
        # The value that it was set beside is recorded in `changes`, by later versions.
        op.execute(f"""
            UPDATE exercise_org_overrides o
            SET overrides = overrides - '{key}', changes = changes - '{key}'
            FROM exercises e
            WHERE e.id = o.exercise_id AND o.overrides -> '{key}' = to_jsonb(e.{name})
              AND coalesce(o.changes -> '{key}' -> 'canonical', o.overrides -> '{key}') = o.overrides -> '{key}'
        """)
    op.execute("DELETE FROM exercise_org_overrides WHERE overrides = '{}'")
