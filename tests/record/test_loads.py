"""Loads in percent of a maximum resolve for the athlete in whose tree they stand, in one statement for a tree."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any  # trees are JSON

import pytest

from kinegraph.main import create_app
from kinegraph.record.rules import Unresolved, resolved
from kinegraph.services import Services
from tests.assignment.snapshots import assigned
from tests.cached import serving
from tests.conftest import Api, Counter, Organization, Person, World, running
from tests.result.documents import kg, lb, movement_of, planned, sets_recorded
from tests.settings import with_settings
from tests.workout.documents import Json, create, movement, section

TREE = """sections { movements { prescription { load {
  value unit resolved%s { value unit reason maximum record { reps load { value unit } } }
} } } }"""
ASSIGNMENT = "query ($id: ID!) { assignment(id: $id) { workout { " + TREE % "" + " } } }"
CALENDAR = (
    "query ($id: ID!) { organization(id: $id) { assignments { nodes { athlete { id } workout { "
    + TREE % ""
    + " } } } } }"
)
WORKOUT = "query ($id: ID!) { workout(id: $id) { " + TREE % "" + " } }"
FOR = "query ($id: ID!, $athlete: ID!) { workout(id: $id) { " + TREE % "(athleteId: $athlete)" + " } }"
STEPS = """mutation ($input: SetLoadStepsInput!) {
  setLoadSteps(input: $input) { kilograms pounds userErrors { code message field } }
}"""


def percent(value: float) -> Json:
    """A prescription in percent of the maximum."""
    return {"sets": 3, "repsMin": 5, "load": {"value": value, "unit": "PERCENT_1RM"}}


def loads(workout: Json) -> list[Any]:
    """The resolved loads of a workout's movements, in their order."""
    return [each["prescription"]["load"]["resolved"] for row in workout["sections"] for each in row["movements"]]


async def lifter(api: Api, world: World, load: Json, reps: int = 1) -> tuple[Organization, Json, str]:
    """An organization whose member has lifted a load, its workout at 80 %, and the member's assignment of it."""
    squat = await world.exercise_id("back-squat")
    organization, made, id = await planned(api, world, "NONE", movement(squat, prescription=percent(80)))
    (before,) = await assigned(api, organization.coach, made["id"], organization.member, day="2026-02-01")
    done = {"exerciseId": squat, "number": 1, "reps": reps, "load": load}
    await sets_recorded(api, organization.member, before, done)
    return organization, made, id


@pytest.mark.parametrize(
    ("load", "reps", "value", "maximum"),
    [(kg(140), 1, 112.5, 140), (kg(120), 5, 112.5, 140), (lb(315), 1, 250, 315), (kg(100), 10, 107.5, 133.333)],
)
async def test_a_percentage_is_of_the_best_estimate_in_the_unit_that_was_lifted_to_the_nearest_step(
    api: Api, world: World, load: Json, reps: int, value: float, maximum: float
) -> None:
    organization, _, id = await lifter(api, world, load, reps)
    for person in (organization.member, organization.coach):
        (found,) = loads((await api.run(ASSIGNMENT, person, id=id))["assignment"]["workout"])
        assert found == {
            "value": value, "unit": load["unit"], "reason": None, "maximum": maximum,
            "record": {"reps": reps, "load": load},
        }  # fmt: skip


def test_a_half_step_is_rounded_down() -> None:
    row: Any = SimpleNamespace(
        athlete_id=1, set_id=2, unit="kg", maximum=Decimal(100), kilograms=Decimal(5), pounds=Decimal(5)
    )
    assert [resolved(percent, row).value for percent in (82.5, 82.6, 87.4, 0)] == [80, 85, 85, 0]
    row.maximum = None
    assert resolved(80, row).reason is Unresolved.NO_RECORD


async def test_each_athlete_of_a_calendar_gets_their_own_load_of_the_same_workout(
    api: Api, services: Services, world: World
) -> None:
    """Neither the cache of answers nor the shared rows of the workout mix them up, on both executors."""
    organization, made, _ = await lifter(api, world, kg(140))
    mate = await world.join(organization.id, "member")
    (id,) = await assigned(api, organization.coach, made["id"], mate, day="2026-02-02")
    squat = await world.exercise_id("back-squat")
    await sets_recorded(api, mate, id, {"exerciseId": squat, "number": 1, "reps": 1, "load": kg(100)})
    await assigned(api, organization.coach, made["id"], mate, day="2026-02-03")
    values = {str(organization.member.id): 112.5, str(mate.id): 80.0}

    async def check(served: Api) -> None:
        for _ in range(4):
            data = await served.run(CALENDAR, organization.coach, id=str(organization.id))
            nodes = data["organization"]["assignments"]["nodes"]
            assert len(nodes) == 4
            assert [loads(each["workout"])[0]["value"] for each in nodes] == [
                values[each["athlete"]["id"]] for each in nodes
            ]
            for person in (organization.member, mate):
                (found,) = loads((await served.run(WORKOUT, person, id=made["id"]))["workout"])
                assert found["value"] == values[str(person.id)]

    await check(api)
    async with serving(services, 16) as cached:
        await check(cached)
    async with running_core(services) as core:
        await check(core)


def running_core(services: Services) -> Any:
    """The API on graphql-core's own executor."""
    return running(create_app(with_settings(services, executor="graphql-core")))


async def test_without_an_athlete_or_a_record_the_reason_is_said(api: Api, world: World) -> None:
    organization, made, _ = await lifter(api, world, kg(140))
    nothing = {"value": None, "unit": None, "maximum": None, "record": None}
    (found,) = loads((await api.run(WORKOUT, organization.coach, id=made["id"]))["workout"])
    assert found == {**nothing, "reason": "NO_ATHLETE"}
    for athlete, value in ((organization.member, 112.5), (organization.coach, None)):
        (found,) = loads((await api.run(FOR, organization.coach, id=made["id"], athlete=str(athlete.id)))["workout"])
        assert found["value"] == value
    assert found == {**nothing, "reason": "NO_RECORD"}
    stranger = await world.person()
    answer = (await api.post(FOR, organization.coach, id=made["id"], athlete=str(stranger.id))).json()
    assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND", "field": ["athleteId"]}


async def test_loads_in_other_units_are_not_resolved(api: Api, world: World, squat: str) -> None:
    plain = {"load": {"value": 100, "unit": "KG"}}
    organization, _, id = await planned(api, world, "NONE", movement(squat, prescription=plain))
    assert loads((await api.run(ASSIGNMENT, organization.member, id=id))["assignment"]["workout"]) == [None]


async def test_steps_are_the_athletes_own_else_the_organizations_else_the_usual_ones(api: Api, world: World) -> None:
    organization, _, id = await lifter(api, world, kg(140))

    async def value() -> Any:
        return loads((await api.run(ASSIGNMENT, organization.coach, id=id))["assignment"]["workout"])[0]["value"]

    async def steps(person: Person, kilograms: float, athlete: Person | None = None) -> list[tuple[str, list[str]]]:
        input = {"organizationId": str(organization.id), "kilograms": kilograms, "pounds": 10}
        if athlete is not None:
            input["athleteId"] = str(athlete.id)
        return await api.refusals(STEPS, person, input=input)

    assert await value() == 112.5
    assert await steps(organization.coach, 20) == []
    assert await value() == 120
    assert await steps(organization.member, 1, organization.member) == []
    assert await value() == 112
    assert await steps(organization.coach, 4, organization.member) == []
    assert await value() == 112
    mate = await world.join(organization.id, "member")
    assert await steps(mate, 1, organization.member) == [("FORBIDDEN", ["input", "organizationId"])]
    assert await steps(mate, 1) == [("FORBIDDEN", ["input", "organizationId"])]
    assert await steps(organization.coach, 0) == [("INVALID_INPUT", ["input", "kilograms"])]
    assert await steps(organization.coach, 1, await world.person()) == [("NOT_FOUND", ["input", "athleteId"])]


async def test_the_loads_of_a_tree_take_one_statement_whatever_its_size(
    counter: Counter, api: Api, world: World, squat: str
) -> None:
    counts = []
    for size in (1, 30):
        organization = await world.organization()
        rows = [movement(squat, prescription=percent(60 + index)) for index in range(size)]
        made = await create(api, organization, section(*rows), section(*rows))
        (id,) = await assigned(api, organization.coach, made["id"], organization.member)
        done = {"movementId": movement_of(made), "number": 1, "reps": 3, "load": kg(100)}
        await sets_recorded(api, organization.member, id, done)
        with counter.counting() as statements:
            await counter.api.run(ASSIGNMENT, organization.coach, id=id)
        counts.append(len(statements))
        assert sum("AS maximum" in statement for statement in statements) == 1
    assert counts[0] == counts[1], counts
