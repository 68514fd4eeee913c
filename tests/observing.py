"""Seeing the statements that a database's connections send."""

from kinegraph.kit.database import Database
from kinegraph.kit.leases import Lease


def observe(database: Database, statements: list[str]) -> None:
    """Collect every statement that a database's connections send from now on."""

    def on_lease(lease: Lease) -> None:
        lease.on_statement = statements.append

    database.pool.on_lease = on_lease
    for lease in database.pool.pooled():
        on_lease(lease)
