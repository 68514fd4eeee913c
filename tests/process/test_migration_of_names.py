"""Names are two things after the migration too: rows of version 0.2 get keys that are made of their whole names."""

import asyncio

import asyncpg

from kinegraph.commands import migrate
from kinegraph.exchange.rules_entries import parsed
from kinegraph.formats.records import Format, Location, Raw, Rows
from kinegraph.kit.text import identity_of
from tests.process.test_migrations import empty_database

LONG = "ş" * 255
KEYS = {
    "Knee flexion >90°": ("csv:knee-flexion-90", "csv:knee flexion >90°"),
    "Plank": ("csv:plank", "csv:plank"),
    "!!!": ("csv:!!!", "csv:!!!"),
    LONG: ("csv:" + "s" * 100, None),
    "Renamed here": ("csv:as-imported", "csv:as-imported"),
    "STRASSE": ("csv:strasse", "csv:strasse"),
    "Straße": ("csv:straße", "csv:straße"),
    "With a key": ("7", "7"),
}
NAMES = ["Core", "core ", "CORE", "Hook C++", "Hook C#", "x" * 100, "X" * 100]


async def test_rows_of_the_version_before_are_found_by_their_names(server_url: str, template: str) -> None:
    url = await empty_database(server_url, "kinegraph_names")
    await asyncio.to_thread(migrate.upgrade, url, "0013")
    connection = await asyncpg.connect(url)
    for name, (key, _) in KEYS.items():
        await connection.execute("INSERT INTO exercises (name, import_key) VALUES ($1, $2)", name, key)
    for slug, name in enumerate(NAMES):
        await connection.execute("INSERT INTO exercise_equipment (name, slug) VALUES ($1, $2)", name, str(slug))
    await connection.execute("""
        INSERT INTO exercise_contraindications (exercise_id, condition, condition_key, severity, sort_order)
        SELECT id, 'Flexion >90°', 'flexion_90', 'absolute', 0 FROM exercises WHERE name = 'Plank'
    """)
    tables = "SELECT name, import_key FROM exercises", "SELECT condition_key FROM exercise_contraindications"
    before = [await connection.fetch(f"{table} ORDER BY 1") for table in tables]

    await asyncio.to_thread(migrate.upgrade, url, "0014")
    found = {row["name"]: row["import_key"] for row in await connection.fetch(tables[0])}
    of_long = parsed(Rows([Raw(Location(1, LONG), {"name": LONG}, is_key_of_name=True)]), Format.CSV).entries[0].key
    assert found == {name: of_long if name == LONG else after for name, (_, after) in KEYS.items()}
    assert await connection.fetchval(tables[1]) == "flexion >90°"
    terms = await connection.fetch("SELECT name, identity FROM exercise_equipment ORDER BY id")
    assert [row["name"] for row in terms] == ["Core", "core  (2)", "CORE (3)", *NAMES[3:6], "X" * 96 + " (2)"]
    assert [row["identity"] for row in terms] == [identity_of(row["name"]) for row in terms]

    await asyncio.to_thread(migrate.downgrade, url, "0013")
    assert [await connection.fetch(f"{table} ORDER BY 1") for table in tables] == before
    await connection.close()
