"""Export and erasure know every column of the database that holds a user's id, and reach every table."""

from kinegraph.identity.rules_personal import Handling
from kinegraph.privacy.rules import PERSONAL
from kinegraph.privacy.rules_indirect import IMPERSONAL, INDIRECT
from tests.identity.rows import Pool

HOW = "decide what an erasure does with the column, in its room's tables.py: identity/rules_personal.py says how"
OF_PROCESSES = {"stale_embeddings.claimed_by"}
"""Columns that are named as those of users, and hold something else."""


async def test_every_column_that_references_users_is_handled(owner: Pool) -> None:
    """Columns of foreign keys to `users`, also through other tables, and those whose name says so."""
    rows = await owner.fetch(
        """
        WITH RECURSIVE personal AS (
            SELECT c.oid AS relation, a.attnum
            FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'
            WHERE c.oid = 'users'::regclass
            UNION
            SELECT k.conrelid, pair.own
            FROM personal p
            JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = p.relation
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (own, foreign_one)
            WHERE pair.foreign_one = p.attnum
        )
        SELECT c.relname || '.' || a.attname AS name
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND (EXISTS (SELECT FROM personal p WHERE p.relation = c.oid AND p.attnum = a.attnum)
               OR a.attname ~ '(^|_)(user|athlete|patient|author|coach|actor)_id$' OR a.attname ~ '_by(_id)?$')
        """
    )
    assert {row.name for row in rows} - OF_PROCESSES == {f"{each.table}.{each.column}" for each in PERSONAL}, HOW


async def test_references_become_null_where_they_may(owner: Pool) -> None:
    """A reference is cleared where its column may be null, and replaced where it has to have a user."""
    rows = await owner.fetch(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND is_nullable = 'YES'"
    )
    nullable = {row.name for row in rows}
    for each in PERSONAL:
        if each.handling in (Handling.CLEAR, Handling.REPLACE):
            assert (f"{each.table}.{each.column}" in nullable) == (each.handling is Handling.CLEAR), each


async def test_every_column_of_json_and_of_ids_without_a_reference_is_decided(owner: Pool) -> None:
    """A column that could name a person without a foreign key is handled, or said to have no personal data."""
    rows = await owner.fetch(
        """
        SELECT c.relname || '.' || a.attname AS name
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND (a.atttypid IN ('jsonb'::regtype, 'json'::regtype, 'bytea'::regtype)
               OR a.atttypid = 'uuid'::regtype AND a.attname <> 'id'
                  AND NOT EXISTS (SELECT FROM pg_constraint k
                                  WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)))
        """
    )
    erased = {each.table for each in PERSONAL if each.handling is Handling.DELETE}
    columns = {row.name for row in rows if row.name.partition(".")[0] not in erased}
    assert columns == {*INDIRECT, *IMPERSONAL}, HOW
    assert not set(INDIRECT) & set(IMPERSONAL)
