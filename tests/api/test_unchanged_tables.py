"""The tables that an answer to GET was read from have versions, or the answer is made each time."""

import ast
from typing import Any  # JSON; asyncpg has no types

import pytest

from kinegraph.api.validators import BY_VIEWER, COVERED, DERIVED, OURS, UNVERSIONED, tables_of
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.services import Services
from tests.api import guards
from tests.api.sizes import Size, grow
from tests.api.test_statements_lists import DOCUMENTS
from tests.conftest import Api, Counter, World, counted
from tests.house.sources import modules
from tests.identity.rows import Pool, fill
from tests.identity.tables import ROW, UNCHANGED
from tests.rooms import WHERE, merged

CANONICAL = "00000000-0000-0000-0000-000000000000"
EVERYTHING = "SELECT version FROM versions WHERE kind = 'everything' AND organization_id = $1"
CLOCKS = ("now", "today", "utcnow", "time", "monotonic", "random")
"""Attributes that read a clock or chance."""

REASONS = {
    "api.media": "how long a signed address is valid",
    "agents.catalog": "how long tools are cached; their answers are never compared",
    "api.hang_ups": "when a request ends",
    "cost.budgets": "what a caller may spend: an answer with `extensions.cost` is never compared",
    "api.execution": "the limit of a request, and pauses after a deadlock",
    "api.readiness": "no answer of /graphql",
    "kit.outbox": "what the worker does, and columns of its table",
    "kit.pool": "the limit of waiting for a connection",
    "persisted.store_lookup": "how long a trusted document is cached: its text is in the key of an answer",
}
"""The modules beside processes and vendors that read a clock or chance, and why no covered answer depends on it."""


@pytest.fixture(scope="module")
async def size(api: Api, world: World, owner: Any) -> Size:
    made = await grow(api, world, owner, 1, 2)
    for organization in made.organizations:
        await fill(owner, organization)
    return made


async def test_every_table_has_versions_or_says_that_it_has_none(owner: Pool) -> None:
    rows = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition "
        "AND relnamespace = 'public'::regnamespace"
    )
    assert {row.relname for row in rows} == COVERED | UNVERSIONED | DERIVED
    assert not COVERED & UNVERSIONED | DERIVED & (COVERED | UNVERSIONED)


async def test_triggers_on_every_covered_table_write_the_version_for_each_kind_of_change(database: Database) -> None:
    kinds = await guards.kinds_of(database)
    own = {"versions", "organizations", "users"}  # tested below; neither is emptied or deleted without memberships
    guarded = {table for table, found in kinds.items() if found[0] == "everything"}
    how = "give the table the triggers of CREATE (migration 0025), or `info=UNVERSIONED` in its room's tables.py"
    assert guarded == COVERED - own, how


@pytest.mark.parametrize("table", sorted(COVERED - {"versions", "enrollment_versions", *UNCHANGED}))
async def test_a_change_of_a_row_changes_the_version_of_its_organization(owner: Pool, size: Size, table: str) -> None:
    id = size.organizations[0].id
    if table in ROW:
        change = f"UPDATE {table} SET organization_id = organization_id WHERE organization_id = $1"
    elif table == "users":
        change = "UPDATE users SET name = name WHERE id IN (SELECT user_id FROM memberships WHERE organization_id = $1)"
    else:
        change = "UPDATE organizations SET name = name WHERE id = $1"
    async with owner.acquire() as connection:
        before = await connection.fetchval(EVERYTHING, id)
        canonical = await connection.fetchval(EVERYTHING, CANONICAL)
        assert (await connection.execute(change, id)) != "UPDATE 0"
        assert await connection.fetchval(EVERYTHING, id) != before
        assert await connection.fetchval(EVERYTHING, CANONICAL) == canonical


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_statement_reads_the_tables_that_its_text_names_or_others_that_have_versions(
    services: Services, database: Database, size: Size, name: str
) -> None:
    async with counted(services, 0) as counter:
        statements = await _statements(counter, size, DOCUMENTS[name].replace("%d", "5"))
    for statement in statements:
        found = tables_of(statement)
        functions = await guards.functions_of(database, statement)
        async with database.read(authenticate_as(size.coach.id)) as session:
            tables = await guards.tables_of(session, statement)
        if found is not None:
            assert functions <= OURS, statement
            assert tables <= (BY_VIEWER if found <= BY_VIEWER | DERIVED else COVERED) | DERIVED, statement


async def _statements(counter: Counter, size: Size, text: str) -> list[str]:
    with counter.counting() as statements:
        await counter.api.run(text, size.coach)
    return [each for each in statements if not each.startswith(("BEGIN", "COMMIT")) and "authenticate" not in each]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM uploads",
        "SELECT e.id FROM exercises e LEFT JOIN exercise_video_votes v ON v.exercise_id = e.id",
        "SELECT id FROM exercises WHERE created_at < now()",
        "SELECT id FROM exercises WHERE created_at < CURRENT_DATE",
        "SELECT id FROM exercises ORDER BY random()",
        "SELECT kinegraph_last_event(), id FROM exercises",
        "SELECT current_setting('kinegraph.user_id') FROM exercises",
        "SELECT gen_random_uuid() FROM exercises",
        "SELECT 1",
    ],
)
def test_a_statement_whose_result_has_no_version_is_not_covered(statement: str) -> None:
    assert tables_of(statement) is None


def test_no_other_module_reads_a_clock_or_chance() -> None:
    found = set()
    for module in modules().values():
        is_outside = module.room in (None, "outside", "realtime", "canonical") or module.kind == "tables"
        if is_outside or module.name in {*REASONS, *merged("clocks")}:
            continue
        fields = _fields_of_rows(module.tree)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in CLOCKS and id(node) not in fields:
                found.add(f"{module.name}:{node.lineno}")
    assert found == set(), f"if no answer depends on it: `clocks`; {WHERE}"


def _fields_of_rows(tree: ast.Module) -> set[int]:
    """The attributes `today` and `now` that are no function: of a row, which has when it was read. By identity."""
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {
        id(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("today", "now")
        and id(node) not in calls
        and ast.unparse(node.value).rpartition(".")[2] not in ("date", "datetime")
    }


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("row.today", 1),
        ("late = enrollment.today > day", 1),
        ("state.now", 1),
        ("date.today()", 0),
        ("datetime.now", 0),
        ("datetime.date.today", 0),
        ("Clock(read=datetime.today)", 0),
        ("row.today()", 0),
    ],
)
def test_a_day_that_a_row_has_is_distinguished_from_a_function_that_reads_the_clock(text: str, fields: int) -> None:
    assert len(_fields_of_rows(ast.parse(text))) == fields
