"""The job of every night that makes the partitions of telemetry ahead, and drops what is older than the retention."""

from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.telemetry import store_upkeep


async def rotate_telemetry(database: Database, retention_months: int) -> str:
    """Rotate the partitions, then delete old sums and batches, some in each transaction. Harmless to run twice."""
    async with database.write(act_as_worker) as session:
        made, dropped = await store_upkeep.rotate(session, retention_months)
    deleted = 0
    while True:
        async with database.write(act_as_worker) as session:
            some = await store_upkeep.purge(session, retention_months)
        deleted += some
        if not some:
            break
    names = (f"made {', '.join(made)}" if made else "", f"dropped {', '.join(dropped)}" if dropped else "")
    return "; ".join([*filter(None, names), f"{deleted} old rows deleted"])
