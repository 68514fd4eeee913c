"""Lists in pages that repeat what the code has: each is compared with it."""

import re
from collections.abc import Iterator
from typing import Any  # a GraphQL type

from kinegraph.agents.tools import shipped_tools
from kinegraph.background.rules import JobKind
from kinegraph.background.tables import KINDS
from kinegraph.canonical.rules_figures import versions
from kinegraph.canonical.rules_files import shipped_files, shipped_rows, shipped_taxonomies
from kinegraph.kit.batches import NODES
from kinegraph.kit.errors import Refusal
from kinegraph.sync.rules import TYPES
from kinegraph.taxonomy.rules_conditions import vocabulary
from kinegraph.worker_jobs import NIGHTLY
from tests.docs.markdown import ROOT, table, text_of
from tests.docs.test_pages import SCHEMA

CLIENTS, CONTENT, DOMAIN = (ROOT / "docs" / name for name in ("clients.md", "content.md", "domain.md"))
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def names(text: str) -> list[str]:
    """The code spans of a text."""
    return re.findall(r"`([^`]+)`", text)


def subclasses(of: type[Refusal]) -> Iterator[type[Refusal]]:
    """All classes below one."""
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def test_every_code_of_a_refusal_is_listed_once() -> None:
    """The table of codes in docs/clients.md has each value of UserErrorCode."""
    codes: Any = SCHEMA.type_map["UserErrorCode"]
    listed = [code for row in table(CLIENTS, r"code \| meaning") for code in names(row[0])]
    assert sorted(listed) == sorted(codes.values)


def test_the_refusals_that_leave_an_idempotency_key_free_are_named() -> None:
    """docs/domain.md and docs/clients.md name the codes of the refusals that are temporary."""
    codes = {each.code for each in subclasses(Refusal) if each.is_temporary}
    for path, sentence in ((DOMAIN, r"one of the\s+refusals is ([^.]+)\."), (CLIENTS, r"and one of them is ([^.]+)\.")):
        (listed,) = re.findall(sentence, text_of(path))
        assert set(names(listed)) == codes


def test_the_types_whose_ids_are_no_uuid_are_named() -> None:
    """docs/clients.md names each type whose ids begin with a word; an EffectiveExercise's has two ids instead."""
    (sentence,) = re.findall(r"those of ([^;]+?)\s+begin with a\s+word", text_of(CLIENTS))
    assert sorted(names(sentence)) == sorted(
        {name for name, node in NODES.items() if node.parse} - {"EffectiveExercise"}
    )


def test_every_kind_of_job_is_listed_and_those_of_every_night_are_called_so() -> None:
    """The table of jobs in docs/domain.md has each kind once, and says which ones run each night."""
    rows = table(DOMAIN, r"kind \| does")
    kinds = [kind for row in rows if row[0].isupper() for kind in row[0].split(", ")]
    assert sorted(kinds) == sorted(kind.name for kind in JobKind)
    nightly = {kind for row in rows if "each night" in row[2] for kind in row[0].split(", ")}
    assert nightly == {kind.name for kind, _ in NIGHTLY.values()}


def test_the_recipe_of_a_job_makes_the_type_with_all_other_kinds() -> None:
    """The SQL of CONTRIBUTING.md that takes a kind back loses no other one."""
    (listed,) = re.findall(r"CREATE TYPE job_kind AS ENUM \(([^)]+)\)", text_of(ROOT / "CONTRIBUTING.md"))
    assert sorted(re.findall(r"'(\w+)'", listed)) == sorted(KINDS)


def test_the_shipped_tools_are_listed_and_counted() -> None:
    """docs/clients.md lists the tools that the product brings, docs/operations.md says how many they are."""
    shipped = sorted(tool.name for tool in shipped_tools())
    assert sorted(name for row in table(CLIENTS, "tool") for name in names(row[0])) == shipped
    assert f"product brings {NUMBERS[len(shipped)]}, which only read" in text_of(ROOT / "docs" / "operations.md")


def test_the_types_of_the_change_feed_are_listed() -> None:
    """The table of docs/sync.md has each type that the feed reports."""
    assert sorted(name for row in table(ROOT / "docs" / "sync.md", "`type`") for name in names(row[0])) == sorted(TYPES)


def test_the_files_of_the_library_are_listed() -> None:
    """The table of docs/content.md has each file of exercises once."""
    listed = [name for row in table(CONTENT, r"file \| exercises") for name in names(row[0])]
    assert sorted(listed) == [name for name, _ in shipped_files()]


def test_the_library_is_counted_as_it_ships() -> None:
    """README.md, docs/content.md and docs/domain.md say how many exercises, conditions, figures and terms there are."""
    readme, content, domain = (text_of(path) for path in (ROOT / "README.md", CONTENT, DOMAIN))
    exercises, terms = len(shipped_rows()), [len(each) for each in shipped_taxonomies().values()]
    assert re.findall(r"(\d+) exercises(?: with safety for (\d+) conditions)?", readme)[:2] == [
        (f"{exercises}", ""),
        (f"{exercises}", f"{len(vocabulary())}"),
    ]
    assert content.startswith(f"# The canonical library\n\n{exercises} exercises in English ship with Kinegraph")
    assert f"\n{len(versions())} exercises have a *figure*" in content
    (counts,) = re.findall(r"ship: (\d+) categories.*?(\d+) body regions.*?(\d+) pieces", domain, re.DOTALL)
    assert [int(count) for count in counts] == terms
