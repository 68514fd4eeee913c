"""The guides of docs/guides are true: each is run as it stands, and prints what it shows."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any  # what a guide computes

import asyncpg
import pytest
from graphql import GraphQLObjectType, get_named_type, introspection_from_schema

from kinegraph.commands.demo import seed_demo
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.conftest import SECRET, Person
from tests.docs.markdown import ROOT
from tests.guides.pages import GUIDES, guide, names, read
from tests.guides.running import PACKAGES, evaluated, installed, printed, put
from tests.process.running import environment
from tests.realtime.clients import live
from tests.shipped import exported_schema

WITHOUT_NPM = ("clinician", "curl", "patient", "python")
COACH, TRUSTED = "coach@northside.example", ("mobile",)
SCHEMA = exported_schema()
ROOTS = (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)
OBJECTS = [
    each
    for each in SCHEMA.type_map.values()
    if isinstance(each, GraphQLObjectType) and each not in ROOTS and not each.name.startswith("__")
]
DEMO_PLANS = """
SELECT plan.title, count(*) AS versions
FROM treatment_plans plan JOIN plan_versions version ON version.plan_id = plan.id
WHERE plan.title ~ 'Knee after|Rotator Cuff' GROUP BY plan.id ORDER BY plan.title
"""
DEMO_LOGS = """
SELECT person.name, count(*), min(log.pain_score), max(log.performed_on - enrollment.starts_on), max(log.pain_score)
FROM exercise_logs log
JOIN enrollments enrollment ON enrollment.id = log.enrollment_id
JOIN users person ON person.id = enrollment.patient_id
WHERE log.client_id LIKE 'demo %' GROUP BY person.name ORDER BY person.name
"""
"""For each patient: their logs, the least pain, the day of the plan that was logged last (from 0), the worst pain."""
WINDOW = {"first", "after", "last", "before"}


@pytest.fixture(scope="module")
async def demo(database: Database) -> None:
    """The demo's organizations."""
    async for _ in seed_demo(database):
        pass


@pytest.fixture(scope="module")
async def addresses(demo: None, services: Services) -> AsyncIterator[dict[str, str]]:
    """The API's address by the value of KINEGRAPH_DOCUMENTS."""
    async with live(services) as served, live(services, documents="trusted") as trusted:
        yield {
            "any": f"http://127.0.0.1:{served.port}/graphql",
            "trusted": f"http://127.0.0.1:{trusted.port}/graphql",
        }


@pytest.fixture(scope="module")
async def coach(demo: None, owner: "asyncpg.Pool[Row]") -> Person:
    """The coach that the guides sign in as."""
    return Person(await owner.fetchval("SELECT id FROM users WHERE email = $1", COACH), COACH)


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder node_modules of all guides."""
    return installed(ROOT / ".kinegraph")


@pytest.mark.parametrize("name", names())
async def test_a_guide_runs_as_it_stands_and_prints_what_it_shows(
    name: str,
    addresses: dict[str, str],
    coach: Person,
    database_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    page = guide(name)
    if name not in WITHOUT_NPM:
        (tmp_path / "node_modules").symlink_to(request.getfixturevalue("packages"))
    elif name == "curl" and shutil.which("curl") is None:
        pytest.skip("curl is not on PATH: its guide cannot be run")
    put(page, tmp_path)
    api = addresses["trusted" if name in TRUSTED else "any"]
    env = environment(database_url, KINEGRAPH_JWT_SECRET=SECRET, API=api, TOKEN=coach.token)
    outputs = await printed(page, tmp_path, env)
    for step, output in zip(page.steps, outputs, strict=True):
        assert step.is_printed(output), f"{step.commands}printed:\n{output}\nand not:\n{step.printed}"


async def test_the_demos_clinic_has_two_plans_and_patients_who_keep_to_it_struggle_or_are_silent(
    demo: None, owner: "asyncpg.Pool[Row]"
) -> None:
    assert [dict(each) for each in await owner.fetch(DEMO_PLANS)] == [
        {"title": "Knee after ACL Reconstruction – Months 2 to 4", "versions": 1},
        {"title": "Rotator Cuff – From Pain to Overhead", "versions": 2},
    ]
    assert [tuple(each) for each in await owner.fetch(DEMO_LOGS)] == [
        ("Daniel Osei", 72, 2, 51, 6),
        ("Nina Petrov", 28, 2, 14, 3),
        ("Ruth Avery", 104, 1, 53, 2),
    ]


def test_every_block_of_code_in_a_guide_is_a_file_or_is_run() -> None:
    assert {name: guide(name).nameless for name in names() if guide(name).nameless} == {}
    assert all(guide(name).steps for name in names())


def test_what_the_guides_install_is_what_they_are_run_with() -> None:
    locked = json.loads((PACKAGES / "package.json").read_text())["dependencies"]
    for name in names():
        installs = [package for step in guide(name).steps for package in step.installs]
        for package, major in (each.rsplit("@", 1) for each in installs if each != "httpx"):
            assert locked[package].split(".")[0] == major, (name, package)
        imported = {found for code in guide(name).files.values() for found in re.findall(r'from "([^."][^"]*)"', code)}
        for module in imported - {each for each in imported if each.startswith("node:")}:
            assert any(module.startswith(package.rsplit("@", 1)[0]) for package in installs), (name, module)


def test_the_index_names_every_guide() -> None:
    index = (GUIDES / "index.md").read_text()
    assert sorted(re.findall(r"^\| \[[\w ]+\]\((\w+)\.md\)", index, re.MULTILINE)) == names()


@pytest.mark.parametrize("name", ["apollo", "urql"])
def test_the_caches_of_apollo_client_and_urql_know_every_list_and_every_type_without_an_id(
    name: str, tmp_path: Path
) -> None:
    page = guide(name)
    (tmp_path / "schema.json").write_text(json.dumps(introspection_from_schema(SCHEMA)))
    found = evaluated(page.files["types.mjs"], tmp_path)
    assert {type: fields for type, fields in found["lists"].items() if fields} == {
        parent.name: lists for parent in (*OBJECTS, *filter(None, ROOTS)) if (lists := [*lists_of(parent)])
    }
    if name == "urql":
        assert sorted(found["embedded"]) == sorted(
            each.name
            for each in OBJECTS
            if "id" not in each.fields and not each.name.endswith(("Connection", "Edge", "Payload", "PageInfo"))
        )
    assert 'from "./types.mjs"' in page.files["cache.mjs"] and "lists" in page.files["cache.mjs"]


def lists_of(parent: GraphQLObjectType) -> Iterator[dict[str, Any]]:
    """The lists with pages of a type, each with the arguments that make another list of it."""
    for name, field in parent.fields.items():
        if get_named_type(field.type).name.endswith("Connection"):
            yield {"name": name, "args": [argument for argument in field.args if argument not in WINDOW]}


def test_a_page_that_prints_something_else_would_be_found() -> None:
    page = read("```sh\necho one\n```\n\n```text\non…\n```\n\nText.\n\n```js\n// a.mjs\n```\n\n```js\nb\n```\n")
    (step,) = page.steps
    assert step.is_printed("one\n") and not step.is_printed("two")
    assert page.files.keys() == {"a.mjs"} and page.nameless == ["b\n"]
    (installing,) = read("```sh\nnpm install a@1\nnpm install --save-dev b@2\n```\n").steps
    assert installing.installs == ["a@1", "b@2"]
    assert read("```sh\nnpm install a@1\nrm b\n```\n").steps[0].installs == []
