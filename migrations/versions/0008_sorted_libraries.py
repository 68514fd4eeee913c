"""Libraries are read in their order from indexes: sort keys as columns, which row-level security lets an index compare.

A condition on lower(name) may not be tried before a row was found to be visible, since lower() could tell on it;
one on a column may, as the comparisons of texts and numbers are leakproof.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

KEYS = {
    "name": "name_key",
    "created": "created_at",
    "updated": "updated_at",
    "easiest": "easiest_key",
    "hardest": "hardest_key",
}


def upgrade() -> None:
    op.execute(COLUMNS)
    for name, key in KEYS.items():
        op.execute(f"""
            CREATE INDEX exercises_canonical_{name}_idx ON exercises ({key}, id)
                WHERE organization_id IS NULL AND deleted_at IS NULL;
            CREATE INDEX exercises_own_{name}_idx ON exercises (organization_id, {key}, id)
                WHERE organization_id IS NOT NULL AND deleted_at IS NULL;
        """)


def downgrade() -> None:
    for name in KEYS:
        op.execute(f"DROP INDEX exercises_canonical_{name}_idx, exercises_own_{name}_idx")
    op.execute("""
        ALTER TABLE exercise_org_overrides DROP COLUMN name_key, DROP COLUMN difficulty;
        ALTER TABLE exercises DROP COLUMN name_key, DROP COLUMN easiest_key, DROP COLUMN hardest_key;
        CREATE INDEX exercises_canonical_name_idx ON exercises (lower(name), id)
            WHERE organization_id IS NULL AND deleted_at IS NULL;
    """)


COLUMNS = """
DROP INDEX exercises_canonical_name_idx;
-- Those without a difficulty come last both ways.
ALTER TABLE exercises
    ADD COLUMN name_key    text    NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    ADD COLUMN easiest_key integer NOT NULL GENERATED ALWAYS AS (coalesce(difficulty, 9)) STORED,
    ADD COLUMN hardest_key integer NOT NULL GENERATED ALWAYS AS (coalesce(difficulty, 0)) STORED;

-- What an override says of the columns that lists are sorted by; NULL where it says nothing.
ALTER TABLE exercise_org_overrides
    ADD COLUMN name_key   text    GENERATED ALWAYS AS (lower(overrides ->> 'name')) STORED,
    ADD COLUMN difficulty integer GENERATED ALWAYS AS (
        CASE WHEN jsonb_typeof(overrides -> 'difficulty') = 'number'
             THEN (overrides ->> 'difficulty')::numeric::integer END
    ) STORED;
CREATE INDEX exercise_org_overrides_name_idx ON exercise_org_overrides (organization_id, name_key, exercise_id)
    WHERE name_key IS NOT NULL;
CREATE INDEX exercise_org_overrides_difficulty_idx ON exercise_org_overrides (organization_id, difficulty, exercise_id)
    WHERE difficulty IS NOT NULL;
"""
