"""Events get their positions in the order in which they were recorded, however PostgreSQL joins and stores them."""

from kinegraph.events import store
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
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


async def test_positions_follow_the_order_of_recording_by_the_plan_of_the_apis_role_for_an_analyzed_table(
    database: Database, owner: Pool
) -> None:
    """The policy's condition lets the planner expect one row of up to a hundred: it scans the table first."""
    ids = list(range(8_000_020, 8_000_000, -1))
    await owner.execute(RECORD, ids)
    await owner.execute("ANALYZE events")
    async with database.write(act_as_worker) as session:
        await store.number(session)
    rows = await owner.fetch("SELECT id FROM events WHERE id = ANY ($1) ORDER BY position", ids)
    assert [row["id"] for row in rows] == sorted(ids)
