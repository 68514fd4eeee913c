"""Events get their positions in the order in which they were recorded, however PostgreSQL joins and stores them."""

from tests.workout.documents import Pool

RECORD = """
INSERT INTO events (id, kind, object_id, topic_id, transaction_id) OVERRIDING SYSTEM VALUE
SELECT id, 'workout_changed', uuidv7(), uuidv7(), -id
FROM unnest($1::bigint[]) AS id
"""
NESTED = "; ".join(
    f"SET LOCAL enable_{each} = off" for each in ("hashjoin", "mergejoin", "material", "indexscan", "bitmapscan")
)


async def test_positions_follow_the_order_of_recording_and_not_that_of_the_rows_in_the_table(owner: Pool) -> None:
    ids = list(range(9_000_020, 9_000_000, -1))
    async with owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(RECORD, ids)
        await connection.execute(NESTED)
        await connection.execute("SELECT kinegraph_number_events()")
        rows = await connection.fetch("SELECT id FROM events WHERE id = ANY ($1) ORDER BY position", ids)
        await transaction.rollback()
    assert [row["id"] for row in rows] == sorted(ids)
