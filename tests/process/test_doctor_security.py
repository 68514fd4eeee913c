"""`kinegraph doctor` says which tables are not under row-level security, partitioned ones too."""

import pytest

from kinegraph.commands.doctor import _security
from kinegraph.kit.database import Database
from tests.identity.rows import Pool


@pytest.mark.parametrize("table", ["workouts", "media_events"])
async def test_a_table_without_forced_row_level_security_is_named(database: Database, owner: Pool, table: str) -> None:
    """A table, or the parent of partitions, whose security is not forced is bad; with all forced it is well."""
    assert await _security(database) == (True, "security", "row-level security forced on every table")
    await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    try:
        assert await _security(database) == (False, "security", f"not forced on {table}")
    finally:
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
