"""The documentation's promises: its links lead somewhere, its GraphQL is valid, and its reference is complete."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # types of the schema

import pytest
from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    introspection_from_schema,
    parse,
    validate,
)

from docsite.reference import reference
from tests.docs.markdown import GENERATED, ROOT, anchors, blocks, headings, links, sources, text_of
from tests.guides.running import evaluated
from tests.house.sources import files
from tests.shipped import exported_schema

SCHEMA = exported_schema()
CODE = re.compile(r"`((?:[a-z]\w*/|0)[\w/]+\.(?:py|sql|json|graphql|txt))`")
"""A file of the repository, of the product or of its migrations, as pages write it."""
NAME, FILE = r"`(?:\w+\.)*(\w+)`", r"`((?:[a-z]\w*/|0)[\w/]+\.(?:py|sql)|[a-z]+\.py)`"
POINTERS = tuple(
    re.compile(form)
    for form in (
        rf"{NAME} \({FILE}[),]",
        rf"{NAME} (?:in|of) {FILE}",
        rf"\({NAME}, {FILE}",
        rf"(?P<file>{FILE}), {NAME}\)",
    )
)
"""A name and the file that has it: `name` (`file`), `name` in `file`, (`name`, `file`), (`file`, `name`)."""
PLACES = (ROOT, ROOT / "src" / "kinegraph", ROOT / "migrations" / "versions")
SECTION = re.compile(r"docs/([a-z-]+)\.md, (?!\w+\.md)([A-Z][^).,;:`\"]*)")
"""A reference to a section of a page: `docs/domain.md, Access`, or two sections with `and` between them."""
by_name = pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))


def fault(page: Path, link: str) -> str | None:
    """Why a link of a page leads nowhere, or None."""
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    if target not in GENERATED and not target.exists():
        return f"{link}: there is no such file"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return f"{link}: there is no such heading"
    return None


def faults(page: Path) -> list[str]:
    """The wrong links of a page, within the repository."""
    return [found for link in links(page) if "://" not in link and (found := fault(page, link))]


@by_name
def test_every_link_within_the_repository_leads_to_a_page_and_a_heading(path: Path) -> None:
    assert faults(path) == []


def test_every_section_that_a_file_refers_to_exists() -> None:
    found = 0
    for path in files():
        text = re.sub(r"\s+(#|--)?\s*", " ", path.read_text(errors="replace"))
        for page, named in SECTION.findall(text):
            sections = headings(ROOT / "docs" / f"{page}.md")
            assert named in sections or {*named.split(" and ")} <= {*sections}, (path, page, named)
            found += 1
    assert found > 50


@by_name
def test_every_graphql_example_is_valid(path: Path) -> None:
    for code in blocks(path, "graphql"):
        assert [error.message for error in errors_of(code)] == [], code


def errors_of(code: str) -> list[GraphQLError]:
    """The errors of a document."""
    return validate(SCHEMA, parse(code))


@by_name
def test_every_source_file_that_a_page_names_exists(path: Path) -> None:
    named = [] if path.name == "CHANGELOG.md" else CODE.findall(text_of(path))
    assert [name for name in named if not any((place / name).exists() for place in PLACES)] == []


def pointers(page: str) -> Iterator[tuple[str, str]]:
    """The names that a page says are in a file, with the file."""
    text = re.sub(r"\s+", " ", page)
    for form in POINTERS:
        for found in form.finditer(text):
            first, second = found.groups()[-2:]
            yield (second, first) if found.groupdict() else (first, second)


def has_name(file: str, name: str) -> bool:
    """True if a file of the repository defines a name, or for a bare name such as `store.py` that of any room."""
    paths = [place / file for place in PLACES if (place / file).is_file()]
    paths = paths or [*(ROOT / "src" / "kinegraph").glob(f"*/{file}")]
    definition = re.compile(
        rf"(?:def|class|FUNCTION) {name}\b|^ *{name}\b[^=\n]* =|^    {name}:|\b{name},? .*= ", re.MULTILINE
    )
    return not paths or any(definition.search(path.read_text()) for path in paths)


@by_name
def test_a_name_that_a_page_says_is_in_a_file_is_there(path: Path) -> None:
    """Where a page names a function, a constant or a field with its file, the file has the name."""
    named = [] if path.name == "CHANGELOG.md" else pointers(text_of(path))
    assert [(name, file) for name, file in named if not has_name(file, name)] == []


def test_a_name_in_another_file_would_be_found() -> None:
    """Each form of a pointer is read, and the file is searched for the name."""
    forms = (
        "`limits_of` (`main.py`), `api.Executor.begin` in\n`api/executor.py`, 5 s (`limits_of`, `live.py`), "
        "(`kit/pool.py`, `ACQUIRE_SECONDS`)"
    )
    found = [has_name(file, name) for name, file in pointers(forms)]
    assert found == [False, True, True, True]


def test_a_wrong_link_and_a_wrong_example_would_be_found() -> None:
    page = ROOT / "docs" / "clients.md"
    assert fault(page, "nowhere.md") and fault(page, "domain.md#nowhere") and fault(page, "reference/nowhere.md")
    assert fault(page, "domain.md#files") is None and fault(page, "../README.md") is None
    assert errors_of("{ viewer { nobody } }")


def test_the_reference_has_every_root_field_and_every_type_once() -> None:
    headings = [line for page in reference(SCHEMA).values() for line in page.splitlines() if line.startswith("## ")]
    roots = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    wanted = [name for root in roots if isinstance(root, GraphQLObjectType) for name in root.fields]
    wanted += [
        n
        for n in SCHEMA.type_map
        if n not in ("Query", "Mutation", "Subscription", *STANDARD) and not n.startswith("__")
    ]
    assert sorted(headings) == sorted(f"## {name}" for name in wanted)


STANDARD = ("Boolean", "Float", "ID", "Int", "String")


def test_the_references_own_links_lead_to_headings() -> None:
    for path in GENERATED:
        assert faults(path) == [], path.name


def test_the_reference_shows_types_defaults_and_descriptions() -> None:
    queries = text_of(ROOT / "docs" / "reference" / "queries.md")
    sort = "[`ExerciseSort`](enums.md#exercisesort) | `NAME_ASC` | Order of the list; null is the default, NAME_ASC."
    assert f"| `sort` | {sort} |" in queries


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_the_types_that_graphcache_must_not_key_are_those_without_an_id(tmp_path: Path) -> None:
    code = next(code for code in blocks(ROOT / "docs" / "clients.md", "js") if "keys =" in code)
    schema = json.dumps(introspection_from_schema(SCHEMA))
    listed = evaluated(f"const schema = {schema};\n{code}\nexport const names = Object.keys(keys);", tmp_path)["names"]
    found: set[str] = set()
    pending: list[Any] = [SCHEMA.query_type]
    while pending:
        type = pending.pop()
        if isinstance(type, GraphQLObjectType | GraphQLInterfaceType) and type.name not in found:
            found.add(type.name)
            pending += [get_named_type(field.type) for field in type.fields.values()]
            pending += SCHEMA.get_implementations(type).objects if isinstance(type, GraphQLInterfaceType) else []
    types = [SCHEMA.type_map[name] for name in found - {"Query"}]
    without = {type.name for type in types if isinstance(type, GraphQLObjectType) and "id" not in type.fields}
    assert without <= {*listed}
    assert [name for name in listed if "id" in getattr(SCHEMA.type_map[name], "fields", {})] == []
