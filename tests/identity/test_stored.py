"""The checksum of the stored rows, on which the tests of what writes nothing rest."""

import pytest

from tests.conftest import World
from tests.identity.rows import Pool, stored


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO users (email, name) VALUES ('new@kinegraph.example', 'New')",
        "UPDATE users SET name = name WHERE id = $1",
        "DELETE FROM users WHERE id = $1",
    ],
)
async def test_every_kind_of_write_changes_the_checksum_of_its_table(owner: Pool, world: World, statement: str) -> None:
    person = await world.person()
    await world.person()
    before = await stored(owner)
    assert await stored(owner) == before
    await owner.execute(statement, *([person.id] if "$1" in statement else []))
    after = await stored(owner)
    assert {name for name in before if before[name] != after[name]} >= {"users"}
