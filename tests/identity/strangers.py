"""Helpers of the tests of row-level security: two organizations, everybody who is a stranger to one, copies of rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any  # Any: values of columns
from uuid import uuid4

from kinegraph.canonical.store import act_as_curator
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import metadata
from kinegraph.kit.sessions import WriteSession
from tests.conftest import Organization, Person, World
from tests.identity.rows import Pool, fill
from tests.identity.tables import UNCHANGED


class TwoOrganizations:
    """Two organizations with a row in every table, and everybody who is a stranger to the second."""

    def __init__(self, world: World, mine: Organization, theirs: Organization) -> None:
        self.world, self.mine, self.theirs = world, mine, theirs
        self.my_ids: dict[str, str] = {}
        self.their_ids: dict[str, str] = {}
        self.people: dict[str, Person] = {"owner": mine.owner, "coach": mine.coach, "member": mine.member}

    @asynccontextmanager
    async def acting(self, stranger: str) -> AsyncIterator[WriteSession]:
        """A write session of the stranger."""
        authenticate: Any = act_as_curator if stranger == "the seed job" else None
        if person := self.people.get(stranger):
            authenticate = authenticate_as(person.id)
        async with self.world.database.write(authenticate) as session:
            yield session


async def two_organizations(world: World, owner: Pool) -> TwoOrganizations:
    """Two organizations with their people and rows."""
    two = TwoOrganizations(world, await world.organization(), await world.organization())
    two.people["somebody in no organization"] = await world.person()
    two.people["platform admin"] = await world.person(is_platform_admin=True)
    two.my_ids, two.their_ids = await fill(owner, two.mine), await fill(owner, two.theirs)
    return two


def touched(table: str) -> str:
    """A column of a table that is set to its own value, where an update that changes nothing is tried."""
    is_stamped = table not in UNCHANGED and "created_at" in metadata.tables[table].columns
    return "created_at" if is_stamped else "organization_id"


async def copied(owner: Pool, table: str, organization: Organization, **values: Any) -> tuple[str, list[Any]]:
    """The statement, and its arguments, that stores a copy of a row of an organization with other values."""
    row = await owner.fetchrow(f"SELECT * FROM {table} WHERE organization_id = $1 LIMIT 1", organization.id)
    assert row is not None
    made = await owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attgenerated <> ''", table
    )
    left_out = {"overrides", "changes", *(column.attname for column in made)}
    columns = {name: value for name, value in dict(row).items() if name not in left_out}
    columns |= {"id": uuid4()} if "id" in columns else {}
    columns |= values
    parameters = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({parameters})", list(columns.values())
