"""A command imports only what it needs: most of the time of a short one would be imports."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pkgutil import resolve_name

from alembic.script import ScriptDirectory

from kinegraph import revisions
from kinegraph.commands.cli import COMMANDS, FAILURES, SETTINGS_FAILURE
from tests.process.running import environment

SDKS = {"aiobotocore", "anthropic", "botocore", "mcp", "voyageai"}
SCHEMA = {"graphql", "strawberry"}
OTHERS: Mapping[str, tuple[list[str], set[str]]] = {
    "processes": (["doctor", "up", "serve"], {*SDKS, *SCHEMA, "aiohttp", "alembic", "arq"}),
    "data": (["import", "export", "seed", "privacy"], {*SDKS, *SCHEMA, "aiohttp", "alembic", "arq"}),
    "jobs": (["worker"], {*SDKS, *SCHEMA, "aiohttp", "alembic"}),
    "migrations": (["migrate"], {*SDKS, *SCHEMA, "aiohttp"}),
    "the schema": (["schema", "explain", "documents"], SDKS),
}
SHORT = [name for name in COMMANDS if not any(name in commands for commands, _ in OTHERS.values())]
"""The commands that need few packages: those that no other group has."""
GROUPS: Mapping[str, tuple[list[str], set[str]]] = {
    "the list of commands": ([], {*SDKS, *SCHEMA, "aiohttp", "alembic", "asyncpg", "pydantic", "redis", "sqlalchemy"}),
    "the operator": (SHORT, {*SDKS, *SCHEMA, "aiohttp", "alembic", "redis", "uvicorn"}),
    **OTHERS,
}
"""Commands, with the packages that they must not import. One process imports the groups one after another, so that a
group must not import what a later one must not import either."""

IMPORTING = """
import json, sys
from pkgutil import resolve_name
from kinegraph.commands.cli import COMMANDS, main
try:
    main(["--help"])
except SystemExit:
    pass
for commands in json.loads(sys.argv[1]):
    for name in commands:
        resolve_name("kinegraph.commands." + COMMANDS[name][0])
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def test_no_command_imports_packages_that_it_does_not_need() -> None:
    assert sorted(name for commands, _ in GROUPS.values() for name in commands) == sorted(COMMANDS)
    given = json.dumps([commands for commands, _ in GROUPS.values()])
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, given], env=environment(), capture_output=True, text=True, check=True
    )
    assert {*COMMANDS} <= {line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ")}
    imported = [{*json.loads(line)} for line in done.stderr.splitlines()]
    assert {
        group: sorted(found & forbidden)
        for (group, (_, forbidden)), found in zip(GROUPS.items(), imported, strict=True)
        if found & forbidden
    } == {}, "a command that needs more than a short one is named in OTHERS"
    assert imported[-1] >= SCHEMA


def test_the_failures_that_commands_print_as_one_line_are_classes_of_exceptions() -> None:
    found = [resolve_name(name) for name in (*FAILURES, SETTINGS_FAILURE)]
    assert all(issubclass(each, Exception) for each in found)
    assert {f"{each.__module__}.{each.__qualname__}" for each in found} == {*FAILURES, SETTINGS_FAILURE}


def test_the_revisions_by_the_names_of_their_files_are_those_of_alembic() -> None:
    scripts = ScriptDirectory(str(revisions.scripts()))
    assert {each.revision for each in scripts.walk_revisions()} == revisions.existing_revisions()
    assert scripts.get_current_head() == revisions.head()
