"""Requests with ids of another organization are answered as if its rows did not exist."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any  # Any: variables are JSON

import httpx
import pytest

from kinegraph.kit.rows import new_key
from tests.cases import about
from tests.conftest import Api, Organization, Person, World
from tests.identity.documents import Case, id_coordinates, input_ids, load
from tests.identity.rows import Pool, fill, stored
from tests.identity.shapes import through_input
from tests.rooms import WHERE, declared, listed, merged

SCHEMA = load((Path(__file__).parents[2] / "schema.graphql").read_text())
ARGUMENTS: Mapping[str, Case] = {**merged("cases"), **merged("admin_cases")}
CASES = {**ARGUMENTS, **through_input(SCHEMA, ARGUMENTS)}
PEOPLE = ("coach", "owner", "member", "somebody in no organization", "platform admin")


class TwoOrganizations:
    """Two organizations with a row in every table."""

    def __init__(self, mine: Organization, theirs: Organization) -> None:
        self.mine, self.theirs = mine, theirs
        self.ids: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        self.people: dict[str, Person] = {}


@pytest.fixture(scope="module")
async def two(world: World, owner: Pool) -> TwoOrganizations:
    two = TwoOrganizations(await world.organization(), await world.organization())
    mine, theirs = await fill(owner, two.mine), await fill(owner, two.theirs)
    here = {f"mine.{name}": id for name, id in mine.items()}
    two.ids = here | {f"theirs.{name}": id for name, id in theirs.items()}
    two.unknown = here | {f"theirs.{name}": str(new_key()) for name in theirs}
    two.people = dict(zip(PEOPLE, (two.mine.coach, two.mine.owner, two.mine.member), strict=False))
    two.people["somebody in no organization"] = await world.person()
    two.people["platform admin"] = await world.person(is_platform_admin=True)
    return two


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, str], httpx.Response]:
    """The answers to ids of the other organization, by case and person: two tests look at those of mutations."""
    return {}


def put(ids: dict[str, str], value: Any) -> Any:
    """The variables with real ids in the coordinate of their names."""
    if isinstance(value, dict):
        return {key: put(ids, entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [put(ids, entry) for entry in value]
    return ids.get(value, value) if isinstance(value, str) else value


def shown(response: httpx.Response, ids: dict[str, str]) -> tuple[int, str]:
    """Status and body, each id that was sent called by its name."""
    text = json.dumps(response.json(), ensure_ascii=False)
    for name, id in ids.items():
        text = text.replace(id, name)
    return response.status_code, text


def test_every_query_and_mutation_of_the_schema_is_covered() -> None:
    assert SCHEMA.query_type and SCHEMA.mutation_type
    fields = {f"{root.name}.{name}" for root in (SCHEMA.query_type, SCHEMA.mutation_type) for name in root.fields}
    assert {case.field for case in CASES.values()} == fields, f"`cases` has each with an id of theirs: {WHERE}"


def test_every_input_for_an_id_is_sent_an_id_of_another_organization() -> None:
    covered = {coordinate for case in CASES.values() for coordinate in input_ids(SCHEMA, case)}
    inputs = {coordinate for coordinate in id_coordinates(SCHEMA) if coordinate.count(".") == 1}
    assert covered - {""} == inputs, f"`cases` sends each an id of theirs: {WHERE}"
    arguments = {
        coordinate
        for coordinate in id_coordinates(SCHEMA)
        if coordinate.count(".") == 2 and not coordinate.startswith("Subscription.")
    }
    covered_arguments = {
        coordinate
        for coordinate in arguments
        if any(
            case.field == coordinate.rpartition(".")[0] and "theirs." in str(case.variables) for case in CASES.values()
        )
    }
    # Those that rooms declare are below the root, or of no organization; others are streamed (tests/realtime).
    how = f"`cases` sends each an id of theirs, or tests of the room do and it is in `own_arguments`: {WHERE}"
    assert arguments - covered_arguments == {*listed("own_arguments")}, how
    assert CASES["workouts of a program"].variables["programId"] == "theirs.program"
    assert CASES["assignments of an athlete"].variables["athleteId"] == "theirs.athlete"


@pytest.mark.parametrize("name", CASES)
async def test_ids_of_another_organization_are_answered_as_missing_ones_and_change_nothing(
    api: Api, owner: Pool, two: TwoOrganizations, answers: dict[tuple[str, str], httpx.Response], name: str
) -> None:
    case: Case = CASES[name]
    before = await stored(owner)
    for who in PEOPLE:
        existing = await api.post(case.text, two.people[who], **put(two.ids, case.variables))
        answers[name, who] = existing
        unknown = await api.post(case.text, two.people[who], **put(two.unknown, case.variables))
        assert shown(existing, two.ids) == shown(unknown, two.unknown), who
        assert existing.status_code in (200, 400), (who, existing.text)
        for what, id in two.ids.items():
            assert not what.startswith("theirs.") or what == "theirs.canonical" or id not in existing.text, (who, what)
    assert await stored(owner) == before


async def test_every_mutation_with_a_missing_id_is_refused_as_not_found_or_forbidden(
    api: Api, two: TwoOrganizations, answers: dict[tuple[str, str], httpx.Response]
) -> None:
    """Otherwise the comparison above could compare two successes."""
    for name, case in CASES.items():
        if case.field.startswith("Mutation."):
            with about(name):
                await _refuse(api, two, answers, name)


async def _refuse(api: Api, two: TwoOrganizations, answers: dict[tuple[str, str], httpx.Response], name: str) -> None:
    case = CASES[name]
    for who in PEOPLE:
        if (name, who) not in answers:  # the comparison above did not run
            answers[name, who] = await api.post(case.text, two.people[who], **put(two.ids, case.variables))
        (payload,) = answers[name, who].json()["data"].values()
        codes = {error["code"] for error in payload["userErrors"]}
        allowed = {"NOT_FOUND", "EXERCISE_NOT_VISIBLE", "UPLOAD_NOT_FOUND", "INVALID_INPUT"} | (
            {"FORBIDDEN"} if "mine." in str(case) or name in merged("admin_cases") else set()
        )
        too = {code for room in declared().values() if name in room.cases for code in room.refused_too}
        assert codes - too and codes <= allowed | too, who


QUERIES = [
    name
    for name, case in CASES.items()
    if case.field.startswith("Query.") and case.variables and name not in merged("admin_cases")
]


@pytest.mark.parametrize("name", QUERIES)
async def test_the_same_requests_are_answered_for_the_organizations_own_coach(
    api: Api, two: TwoOrganizations, name: str
) -> None:
    """Otherwise the comparison above would prove nothing."""
    swapped = {key: id for key, id in two.ids.items() if key.startswith("theirs.")} | {
        key.replace("theirs.", "mine."): id for key, id in two.ids.items() if key.startswith("theirs.")
    }
    data = await api.run(CASES[name].text, two.theirs.coach, **put(swapped, CASES[name].variables))
    (value,) = data.values()
    assert value is not None
    if name == "workouts of a program":
        assert value["workouts"]["totalCount"] == 1


async def test_a_cursor_of_another_organizations_list_shows_nothing_of_it(api: Api, two: TwoOrganizations) -> None:
    lists = ("members", "exerciseLibrary(source: ORG)", "workouts")
    for each in lists:
        edges = f"list: {each} {{ edges {{ cursor node {{ __typename }} }} }}"
        text = f"query ($id: ID!) {{ organization(id: $id) {{ {edges} }} }}"
        data = await api.run(text, two.theirs.coach, id=two.ids["theirs.organization"])
        cursor = data["organization"]["list"]["edges"][0]["cursor"]
        name, _, rest = each.partition("(")
        call = f"{name}({rest.rstrip(')')} after: $after)"
        nodes = "user { id }" if name == "members" else "id"
        text = (
            f"query ($id: ID!, $after: String) {{ organization(id: $id) "
            f"{{ list: {call} {{ totalCount nodes {{ {nodes} }} }} }} }}"
        )
        shown = await api.run(text, two.mine.coach, id=two.ids["mine.organization"], after=cursor)
        for what, id in two.ids.items():
            assert what.startswith("mine.") or what == "theirs.canonical" or id not in str(shown)
