"""Overrides whose texts change lose their vectors, which are of the texts before.

Until the job has embedded the new text, the exercise is found by the canonical row's vector, as it is where an override
has none; after a reset too, also without a service of embeddings. The hash becomes empty, not null: the job for which
the row is marked makes the next vector, and marks what repeats the text, as for rows that had a hash before.
"""

from alembic import op

revision = "0034"
down_revision = "0033"

TEXTS = (
    "name",
    "aliases",
    "category",
    "movementPattern",
    "discipline",
    "primaryMuscles",
    "secondaryMuscles",
    "equipment",
    "description",
    "cues",
)
"""The keys of overrides that are embedded."""


def upgrade() -> None:
    def texts(row: str) -> str:
        return "(" + ", ".join(f"{row}.overrides -> '{key}'" for key in TEXTS) + ")"

    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute(f"""
        CREATE FUNCTION kinegraph_remove_vector() RETURNS trigger
        LANGUAGE plpgsql SET search_path FROM CURRENT
        AS $$ BEGIN
            new.embedding := NULL;
            new.embedding_hash := CASE WHEN old.embedding_hash IS NOT NULL THEN '' END;
            RETURN new;
        END $$;
        CREATE TRIGGER exercise_org_overrides_remove_vector BEFORE UPDATE OF overrides ON exercise_org_overrides
            FOR EACH ROW WHEN ({texts("old")} IS DISTINCT FROM {texts("new")})
            EXECUTE FUNCTION kinegraph_remove_vector();
    """)


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        DROP TRIGGER exercise_org_overrides_remove_vector ON exercise_org_overrides;
        DROP FUNCTION kinegraph_remove_vector();
    """)
