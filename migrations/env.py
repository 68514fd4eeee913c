"""Alembic's entry: runs the revisions over asyncpg, in one transaction, one process at a time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any  # parameters of statements: asyncpg and SQLAlchemy type them as Any

from alembic import context
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from kinegraph.kit.database import metadata

LOCK = 4_701_936_204
"""Two processes that migrate at once take turns on this advisory lock."""


def run(connection: Connection) -> None:
    """Run the revisions that were asked for on this connection."""
    context.configure(
        connection=connection, target_metadata=metadata, compare_type=True, on_version_apply=run_deferred_triggers
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        with every_row_visible(connection):
            context.run_migrations()


def run_deferred_triggers(ctx: MigrationContext, step: object, heads: object, run_args: object) -> None:
    """Run the deferred triggers of a revision at its end: while some wait, no later revision may alter their table."""
    assert ctx.connection is not None
    ctx.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    ctx.connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))


@contextmanager
def every_row_visible(connection: Connection) -> Iterator[None]:
    """A block in which the owner of the tables reads and writes every row, superuser or not.

    Forced row-level security applies to the owner too, and with no viewer set it hides every row: a revision that
    carries rows over would do nothing, without an error.
    """
    sees_all = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    is_current = context.get_context().get_current_revision() == context.get_revision_argument()
    forced = [] if is_current or connection.scalar(text(sees_all)) else [*connection.scalars(text(FORCED))]
    for table in forced:
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # waiting triggers would forbid the change below
    for table in {*forced} & {*connection.scalars(text(ENABLED))}:
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))


ENABLED = """
SELECT oid::regclass::text
FROM pg_class
WHERE relrowsecurity AND relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
FORCED = f"{ENABLED} AND relforcerowsecurity"


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
