"""Every table that a cached answer was read from is guarded: a change of it ends the answer.

A join that somebody adds to a cached reader is found here, whatever table it is of: what is cached, what is read and
what guards it are all found out from the running system (guards.py), and from no list.
"""

import re
from typing import Any  # asyncpg has no types; JSON of variables

import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession
from kinegraph.services import Services
from tests.api.guards import (
    CachedField,
    cached_fields,
    document,
    functions_of,
    kinds_of,
    routes,
    saved,
    tables_of,
)
from tests.api.sizes import Size, grow
from tests.conftest import Api, Counter, World, counted

Pool = Any
CANONICAL = "00000000-0000-0000-0000-000000000000"
"""The organization of the canonical library's versions."""

FIELDS = {field.coordinate: field for field in cached_fields()}


@pytest.fixture(scope="module")
async def size(api: Api, world: World, owner: Pool) -> Size:
    made = await grow(api, world, owner, 1, 2)
    await owner.execute("UPDATE exercises SET status = 'published'")
    return made


@pytest.fixture(scope="module")
async def ids(size: Size, owner: Pool) -> dict[str, str]:
    organization = size.organizations[0].id
    workout = await owner.fetchval("SELECT id::text FROM workouts WHERE organization_id = $1 LIMIT 1", organization)
    return {"organization": str(organization), "workout": workout}


class Guard:
    """Finds out which tables cached fields are read from, and which versions guard them."""

    def __init__(self, counter: Counter, database: Database, owner: Pool, size: Size, ids: dict[str, str]) -> None:
        self.counter, self.database, self.owner, self.size, self.ids = counter, database, owner, size, ids

    async def statements(self, text: str, variables: dict[str, Any]) -> list[str]:
        """The statements that are sent for a document."""
        with self.counter.counting() as statements:
            await self.counter.api.run(text, self.size.coach, **variables)
        return statements

    async def cached_statements(self, text: str, variables: dict[str, Any]) -> list[str]:
        """The statements whose rows the cache answers for, after the document was sent often enough.

        All versions are changed first: an answer that an earlier test has cached would leave nothing to be seen.
        """
        await self.owner.execute(
            "UPDATE versions SET version = gen_random_uuid() WHERE organization_id IN ($1::uuid, $2::uuid)",
            self.ids["organization"],
            CANONICAL,
        )
        await self.counter.api.run("{ viewer { user { id } } }", self.size.coach)
        first = await self.statements(text, variables)
        for _ in range(2):
            later = await self.statements(text, variables)
        return saved(first, later)

    async def versions(self, text: str, variables: dict[str, Any], kinds: set[str]) -> set[tuple[str, bool]]:
        """The versions of these kinds whose change ends the cached answer: kind, and whether it is the library's."""
        found = set()
        rows = await self.owner.fetch(
            "SELECT organization_id, kind FROM versions "
            "WHERE organization_id IN ($1::uuid, $2::uuid) AND kind = ANY ($3)",
            self.ids["organization"],
            CANONICAL,
            [*kinds],
        )
        for organization, kind in rows:
            for _ in range(2):  # the first one is the second miss since the last change
                hit = await self.statements(text, variables)
            await self.owner.execute(
                "UPDATE versions SET version = gen_random_uuid() WHERE organization_id = $1 AND kind = $2",
                organization,
                kind,
            )
            await self.counter.api.run("{ viewer { user { id } } }", self.size.coach)
            if saved(await self.statements(text, variables), hit):
                found.add((kind, str(organization) == CANONICAL))
        return found

    async def faults(self, field: CachedField, arguments: dict[str, Any]) -> list[str] | None:
        """The tables of a field's cached answer that no version guards; None where nothing of it is cached."""
        text, variables = document(routes(self.ids)[field.parent.name], field, arguments)
        statements = await self.cached_statements(text, variables)
        if not statements:
            return None
        found, kinds = [], await kinds_of(self.database)
        used = frozenset[str]()
        for statement in statements:
            found += [f"calls {name}" for name in await functions_of(self.database, statement)]
            async with self.database.read(authenticate_as(self.size.coach.id)) as session:
                tables = await tables_of(session, statement)
            assert tables, statement
            used = used.union(*(REPEATED.get(each, {each}) for each in tables))
        versions = await self.versions(text, variables, {kind for table in used for kind in kinds.get(table, ())})
        for table in sorted(used - {"versions"}):
            nullable = await self.owner.fetchval(
                "SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'organization_id'",
                table,
            )
            scopes = (False, True) if nullable else (False,)
            guarded = any(versions.issuperset((kind, scope) for scope in scopes) for kind in kinds.get(table, ()))
            found += [] if guarded else [f"uses {table}"]
        return found


REPEATED = {
    "canonical_search": {"exercises"},
    "organization_search": {"exercises", "exercise_org_overrides"},
    "organization_words": {"exercises", "exercise_org_overrides"},
}
"""Tables that triggers write, in the same transaction, when a row of these tables changes."""


@pytest.fixture(scope="module")
async def guard(services: Services, database: Database, owner: Pool, size: Size, ids: dict[str, str]) -> Any:
    async with counted(services, 64) as counter:
        yield Guard(counter, database, owner, size, ids)


@pytest.mark.parametrize("coordinate", FIELDS)
async def test_every_table_that_a_cached_answer_was_read_from_changes_a_version_that_guards_it(
    guard: Guard, coordinate: str
) -> None:
    results = [await guard.faults(FIELDS[coordinate], arguments) for arguments in FIELDS[coordinate].arguments()]
    assert results[0] is not None, "nothing was cached, so that nothing was tested"
    assert [result for result in results if result] == []


@pytest.mark.parametrize("coordinate", FIELDS)
async def test_a_join_that_is_added_to_a_cached_reader_is_reported(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, coordinate: str
) -> None:
    fetch = ReadSession.fetch

    async def joined(session: ReadSession, statement: str, *arguments: Any) -> Any:
        changed = re.sub(r"\bJOIN (exercises e|workout_sections s)\b", r"JOIN users added ON true JOIN \1", statement)
        changed = re.sub(r"\bFROM (exercises e)\b", r"FROM (SELECT id FROM users LIMIT 1) AS added, \1", changed)
        return await fetch(session, changed, *arguments)

    monkeypatch.setattr(ReadSession, "fetch", joined)
    faults = await guard.faults(FIELDS[coordinate], {})
    assert faults is not None and "uses users" in faults
