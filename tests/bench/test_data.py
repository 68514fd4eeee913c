"""The database of the benchmark is filled once, and filled again when the data set has changed."""

import asyncpg
import pytest

from bench import data

TINY = data.Size(organizations=1, canonical=10, own=1, overrides=2, workouts=1)


async def organizations(url: str) -> list[str]:
    """The names of the organizations that are stored."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT name FROM organizations")
    await connection.close()
    return [row["name"] for row in rows]


async def test_a_database_is_reused_until_the_data_set_changes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await data.prepare(database_url, TINY)
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE organizations SET name = 'Changed'")
    await connection.close()
    await data.prepare(database_url, TINY)
    assert await organizations(database_url) == ["Changed"]
    monkeypatch.setattr(data, "VERSION", data.VERSION + 1)
    await data.prepare(database_url, TINY)
    assert await organizations(database_url) == ["Club 0"]


def test_the_rows_are_the_same_at_every_run() -> None:
    assert list(data.tables(TINY)) == list(data.tables(TINY))
