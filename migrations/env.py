"""Alembic's entry: runs the revisions over asyncpg, in one transaction, one process at a time."""

import asyncio
from typing import Any  # parameters of statements: asyncpg and SQLAlchemy type them as Any

from alembic import context
from sqlalchemy import Connection, event, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from kinegraph.kit.database import metadata

LOCK = 4_701_936_204
"""Two processes that migrate at once take turns on this advisory lock."""


def run(connection: Connection) -> None:
    """Run the revisions that were asked for on this connection."""
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


def execute_script(cursor: Any, statement: str, parameters: Any, execution_context: Any) -> bool:
    """Send a script of several statements as it is: asyncpg prepares the others, and can prepare only one."""
    if parameters or ";" not in statement.strip().rstrip(";"):
        return False
    cursor._adapt_connection.run_async(lambda connection: connection.execute(statement))
    return True


async def main() -> None:
    """Connect as the role that owns the schema and run."""
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url", ""), poolclass=pool.NullPool)
    event.listen(engine.sync_engine, "do_execute", execute_script)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
