"""Training load: sets per muscle, fatigue per day and recovery conflicts, from assignments and their results."""

from typing import Any  # loads are JSON

import pytest

from tests.assignment.snapshots import assigned
from tests.conftest import Api, Counter, Organization, Person, World
from tests.layers.documents import cloned
from tests.record.test_history import opened
from tests.result.documents import kg, recorded
from tests.workout.documents import Json, create, movement, section

LOAD = """query ($id: ID!, $athlete: ID!, $from: Date!, $to: Date!) {
  trainingLoad(organizationId: $id, athleteId: $athlete, from: $from, to: $to) {
    muscles { muscle plannedSets doneSets }
    days { day plannedSets doneSets plannedFatigue doneFatigue }
    conflicts {
      muscle day previousDay hours neededHours exercise { exercise { slug } } previousExercise { exercise { slug } }
    }
    chart { url }
  }
}"""


async def load(
    api: Api, person: Person, organization: Organization, start: str = "2026-03-01", to: str = "2026-03-31"
) -> Json:
    """The training load of the organization's member, as the person sees it."""
    variables = {"id": str(organization.id), "athlete": str(organization.member.id), "from": start, "to": to}
    found: Json = (await api.run(LOAD, person, **variables))["trainingLoad"]
    return found


async def own(api: Api, organization: Organization, owner: Any, name: str, score: int) -> str:
    """An exercise of the organization for quadriceps, with glutes beside them, of this fatigue score."""
    text = "mutation ($i: CreateExerciseInput!) { createExercise(input: $i) { exercise { id } userErrors { code } } }"
    muscles = {"primaryMuscles": ["quadriceps"], "secondaryMuscles": ["glutes"]}
    input = {"organizationId": str(organization.id), "name": name, "slug": name, **muscles}
    id = (await api.run(text, organization.coach, i=input))["createExercise"]["exercise"]["id"]
    await owner.execute(
        "INSERT INTO exercise_programming_profiles (organization_id, exercise_id, fatigue_score) VALUES ($1, $2, $3)",
        organization.id,
        id,
        score,
    )
    return str(id)


async def test_sets_count_whole_for_primary_and_half_for_secondary_muscles(api: Api, world: World, owner: Any) -> None:
    organization = await world.organization()
    heavy = await own(api, organization, owner, "heavy", 6)
    made = await create(api, organization, section(movement(heavy, prescription={"sets": 4})))
    await assigned(api, organization.coach, made["id"], organization.member, day="2026-03-02")
    (second,) = await assigned(api, organization.coach, made["id"], organization.member, day="2026-03-09")
    sets = [{"exerciseId": heavy, "number": n, "reps": 5, "load": kg(100)} for n in (1, 2, 3)]
    await recorded(api, organization.member, second, sets=sets)
    for person in (organization.member, organization.coach):
        found = await load(api, person, organization)
        assert found["muscles"] == [
            {"muscle": "quadriceps", "plannedSets": 8, "doneSets": 3},
            {"muscle": "glutes", "plannedSets": 4, "doneSets": 1.5},
        ]
        assert found["days"] == [
            {"day": "2026-03-02", "plannedSets": 4, "doneSets": 0, "plannedFatigue": 8, "doneFatigue": 0},
            {"day": "2026-03-09", "plannedSets": 4, "doneSets": 3, "plannedFatigue": 8, "doneFatigue": 6},
        ]
        assert found["conflicts"] == []
    chart = await opened(api, found["chart"]["url"])
    assert (chart.status_code, "3 of 8" in chart.text, "2026-03-09" in chart.text) == (200, True, True)
    empty = await load(api, organization.member, organization, "2026-05-01", "2026-05-02")
    assert (empty["muscles"], empty["days"]) == ([], [])
    assert "Nothing is planned or recorded" in (await opened(api, empty["chart"]["url"])).text


@pytest.mark.parametrize(
    ("score", "days", "hours", "needed"),
    [
        (10, 2, 48, 72),
        (9, 2, 48, 72),
        (9, 3, None, 72),
        (8, 1, 24, 48),
        (6, 1, 24, 48),
        (6, 2, None, 48),
        (5, 0, 0, 24),
        (4, 0, 0, 24),
        (4, 1, None, 24),
        (3, 0, None, 0),
    ],
)
async def test_a_primary_muscle_that_is_trained_before_its_recovery_is_a_conflict(
    api: Api, world: World, owner: Any, score: int, days: int, hours: int | None, needed: int
) -> None:
    organization = await world.organization()
    first, second = (
        await own(api, organization, owner, "first", score),
        await own(api, organization, owner, "second", 1),
    )
    for id, day in ((first, 10), (second, 10 + days)):
        made = await create(api, organization, section(movement(id), movement(id)))
        await assigned(api, organization.coach, made["id"], organization.member, day=f"2026-03-{day}")
    found = (await load(api, organization.coach, organization, f"2026-03-{10 + days}"))["conflicts"]
    if days == 0:
        found = [each for each in found if each["neededHours"] == needed]
    expected = {
        "muscle": "quadriceps", "day": f"2026-03-{10 + days}", "previousDay": "2026-03-10", "hours": hours,
        "neededHours": needed, "exercise": {"exercise": {"slug": "second"}},
        "previousExercise": {"exercise": {"slug": "first"}},
    }  # fmt: skip
    assert found == ([] if hours is None else [expected])


async def test_a_fork_has_the_fatigue_and_recovery_of_its_nearest_source_with_a_profile(
    api: Api, world: World, owner: Any
) -> None:
    organization = await world.organization()
    source = await own(api, organization, owner, "source", 8)
    first = await cloned(api, organization, source)
    second = await cloned(api, organization, first)
    third = await cloned(api, organization, second)
    made = await create(api, organization, section(movement(third, prescription={"sets": 3})))
    for day in ("2026-03-02", "2026-03-03"):
        await assigned(api, organization.coach, made["id"], organization.member, day=day)
    found = await load(api, organization.coach, organization)
    assert [each["plannedFatigue"] for each in found["days"]] == [8, 8]
    assert [(each["hours"], each["neededHours"]) for each in found["conflicts"]] == [(24, 48)]
    await owner.execute(
        """
        INSERT INTO exercise_programming_profiles (organization_id, exercise_id, fatigue_score, minimum_recovery)
        VALUES ($1, $2, 5, 72)
        """,
        organization.id,
        first,
    )
    found = await load(api, organization.coach, organization)
    assert [each["plannedFatigue"] for each in found["days"]] == [5, 5]
    assert [(each["hours"], each["neededHours"]) for each in found["conflicts"]] == [(24, 72)]


async def test_skipped_assignments_count_nothing_and_completed_ones_without_sets_were_done_as_planned(
    api: Api, world: World, owner: Any
) -> None:
    organization = await world.organization()
    heavy = await own(api, organization, owner, "heavy", 6)
    made = await create(api, organization, section(movement(heavy, prescription={"sets": 4})))
    status = """mutation ($id: ID!, $to: AssignmentStatus!) {
      setAssignmentStatus(input: {id: $id, status: $to}) { userErrors { code } }
    }"""
    for day, to in (("2026-03-02", "SKIPPED"), ("2026-03-09", "COMPLETED")):
        (id,) = await assigned(api, organization.coach, made["id"], organization.member, day=day)
        await api.run(status, organization.member, id=id, to=to)
    found = await load(api, organization.member, organization)
    assert [(each["day"], each["plannedSets"], each["doneSets"]) for each in found["days"]] == [("2026-03-09", 4, 4)]


async def test_strangers_and_mates_get_not_found_and_a_long_window_is_refused(api: Api, world: World) -> None:
    organization = await world.organization()
    variables = {"id": str(organization.id), "athlete": str(organization.member.id)}
    window = {"from": "2026-03-01", "to": "2026-03-31"}
    for person, path in (
        (await world.join(organization.id, "member"), ["athleteId"]),
        ((await world.organization()).coach, ["organizationId"]),
        (await world.person(), ["organizationId"]),
    ):
        (error,) = (await api.post(LOAD, person, **variables, **window)).json()["errors"]
        assert error["extensions"] == {"code": "NOT_FOUND", "field": path}
    for start, to, message in (
        ("2026-01-01", "2026-04-03", "Must be within 92 days from `from` on; these are 93."),
        ("2026-03-02", "2026-03-01", "Must not be before `from`."),
    ):
        answer = await api.post(LOAD, organization.coach, **variables, **{"from": start, "to": to})
        (error,) = answer.json()["errors"]
        assert error["message"].endswith(message)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["to"]}
    assert await load(api, organization.coach, organization, "2026-01-01", "2026-04-02")


async def test_a_load_takes_as_many_statements_for_one_assignment_as_for_many(
    counter: Counter, api: Api, world: World, owner: Any
) -> None:
    counts = []
    for size in (2, 12):
        organization = await world.organization()
        heavy = await own(api, organization, owner, "heavy", 8)
        made = await create(api, organization, section(*[movement(heavy)] * size))
        for day in range(1, size + 1):
            await assigned(api, organization.coach, made["id"], organization.member, day=f"2026-03-{day:02}")
        with counter.counting() as statements:
            found = await load(counter.api, organization.coach, organization)
        assert len(found["conflicts"]) == size - 1
        counts.append(len(statements))
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize(
    ("start", "to"),
    [("0001-01-01", "0001-01-01"), ("0001-01-02", "0001-01-03"), ("0001-01-03", "0001-01-04"),
     ("9999-12-30", "9999-12-31")],
)  # fmt: skip
async def test_at_the_ends_of_the_calendar_nothing_was_trained(api: Api, world: World, start: str, to: str) -> None:
    """The days before the window that may still need recovery need not be days of the calendar."""
    organization = await world.organization()
    found = await load(api, organization.coach, organization, start, to)
    assert (found["muscles"], found["conflicts"]) == ([], [])
