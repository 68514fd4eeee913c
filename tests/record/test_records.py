"""Personal records are the best of all recorded sets, computed from them when they are asked for."""

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any  # records are JSON

import pytest

from tests.assignment.snapshots import assigned
from tests.conftest import Api, Counter, Organization, Person, World
from tests.result.documents import DELETE, kg, lb, movement_of, planned, recorded, sets_recorded
from tests.workout.documents import NO_ID, Json, movement

RECORDS = """query ($athlete: ID!, $exercises: [ID!]!, $kinds: [RecordKind!]) {
  personalRecords(athleteId: $athlete, exerciseIds: $exercises, kinds: $kinds) {
    kind reps seconds distanceMeters performedOn kilograms load { value unit } exercise { exercise { id } }
    set { id reps result { id } }
  }
}"""


async def records(api: Api, person: Person, athlete: Person, *exercises: str, kinds: Any = None) -> list[Json]:
    """The records of an athlete as the person sees them."""
    data = await api.run(RECORDS, person, athlete=str(athlete.id), exercises=list(exercises), kinds=kinds)
    found: list[Json] = data["personalRecords"]
    return found


async def done(api: Api, organization: Organization, assignment: str, exercise: str, day: date, *sets: Json) -> Json:
    """The result of an assignment with these sets of an exercise, on a day."""
    numbered = [{"exerciseId": exercise, "number": number, **each} for number, each in enumerate(sets, 1)]
    return await recorded(api, organization.member, assignment, performedOn=str(day), sets=numbered)


def short(record: Json) -> tuple[Any, ...]:
    """What a record is the best of, and its numbers."""
    load = record["load"] and (record["load"]["value"], record["load"]["unit"])
    return record["kind"], record["reps"], load, record["performedOn"]


async def test_a_record_is_the_heaviest_load_of_exactly_so_many_repetitions_and_the_earliest_of_equals(
    api: Api, world: World, squat: str
) -> None:
    organization, made, first = await planned(api, world, day="2026-03-01")
    _, _, later = await planned_again(api, organization, made, "2026-03-08")
    await done(
        api, organization, first, squat, date(2026, 3, 1), {"reps": 5, "load": kg(100)}, {"reps": 1, "load": lb(300)}
    )
    await done(
        api, organization, later, squat, date(2026, 3, 8), {"reps": 5, "load": kg(100)}, {"reps": 21, "load": kg(60)}
    )
    found = await records(api, organization.member, organization.member, squat)
    assert [short(each) for each in found] == [
        ("ESTIMATED_ONE_REP_MAX", 1, (300, "LB"), "2026-03-01"),
        ("REP_MAX", 1, (300, "LB"), "2026-03-01"),
        ("REP_MAX", 5, (100, "KG"), "2026-03-01"),
    ]
    assert found[0]["kilograms"] == pytest.approx(136.077711)
    assert found == await records(api, organization.coach, organization.member, f"{organization.id}:{squat}")


async def planned_again(api: Api, organization: Organization, made: Json, day: str) -> tuple[Organization, Json, str]:
    """Another assignment of a workout to the member."""
    (id,) = await assigned(api, organization.coach, made["id"], organization.member, day=day)
    return organization, made, id


async def test_a_maximum_is_estimated_by_epleys_formula_of_two_to_ten_repetitions(
    api: Api, world: World, squat: str
) -> None:
    organization, _, id = await planned(api, world)
    squat = f"{organization.id}:{squat}"
    sets = [{"reps": 10, "load": kg(90)}, {"reps": 3, "load": kg(109)}, {"reps": 11, "load": kg(90)}]
    await done(api, organization, id, squat, date(2026, 3, 1), *sets)
    (found,) = await records(api, organization.member, organization.member, squat, kinds=["ESTIMATED_ONE_REP_MAX"])
    assert (found["reps"], found["kilograms"]) == (10, 120)


async def test_holds_distances_and_times_have_records_of_their_own(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world)
    row, plank = await world.exercise_id("row"), await world.exercise_id("plank")
    sets = [
        {"exerciseId": row, "number": 1, "distanceMeters": 500, "seconds": 105.5},
        {"exerciseId": row, "number": 2, "distanceMeters": 500, "seconds": 101},
        {"exerciseId": row, "number": 3, "distanceMeters": 777, "seconds": 170},
        {"exerciseId": plank, "number": 1, "seconds": 90},
        {"exerciseId": plank, "number": 2, "seconds": 120},
        {"exerciseId": plank, "number": 3, "reps": 12},
    ]
    await sets_recorded(api, organization.member, id, *sets)
    found = await records(api, organization.member, organization.member, row, plank)
    assert [(each["kind"], each["distanceMeters"], each["seconds"], each["reps"]) for each in found] == [
        ("DISTANCE", 777, 170, None),
        ("FASTEST", 500, 101, None),
        ("DURATION", None, 120, None),
        ("REPETITIONS", None, None, 12),
    ]


async def test_records_equal_the_best_of_a_random_history_computed_in_python(
    api: Api, world: World, squat: str
) -> None:
    """With corrections and deletions in between, since nothing of a record is stored."""
    rng = random.Random(16)
    organization, made, id = await planned(api, world, day="2026-01-01")
    ids = [id]
    for index in range(1, 8):
        _, _, id = await planned_again(api, organization, made, str(date(2026, 1, 1) + timedelta(index)))
        ids.append(id)
    history: dict[str, list[Json]] = {}
    for round in range(14):
        id = rng.choice(ids)
        if rng.random() < 0.2 and id in history:
            text = "query ($id: ID!) { assignment(id: $id) { result { id } } }"
            stored = (await api.run(text, organization.member, id=id))["assignment"]["result"]["id"]
            await api.run(DELETE, organization.member, input={"id": stored})
            del history[id]
        else:
            sets = [
                {"reps": rng.randint(1, 22), "load": rng.choice((kg, lb))(rng.randint(40, 400) / 2)}
                for _ in range(rng.randint(1, 12))
            ]
            await done(api, organization, id, squat, date(2026, 1, 1) + timedelta(ids.index(id)), *sets)
            history[id] = sets
        every = [each for sets in history.values() for each in sets]
        found = await records(api, organization.coach, organization.member, squat)
        got = {(each["kind"], each["reps"] if each["kind"] == "REP_MAX" else 0): each["kilograms"] for each in found}
        assert got == {key: pytest.approx(float(best), rel=1e-12) for key, best in expected(every).items()}, round


def expected(sets: list[Json]) -> dict[tuple[str, int], Fraction]:
    """The records of sets with loads, exactly."""
    best: dict[tuple[str, int], Fraction] = {}
    for each in sets:
        factor = Fraction(45359237, 10**8) if each["load"]["unit"] == "LB" else Fraction(1)
        mass, reps = Fraction(each["load"]["value"]) * factor, each["reps"]
        places = [(("REP_MAX", reps), mass)] if reps <= 20 else []
        if reps <= 10:
            places.append((("ESTIMATED_ONE_REP_MAX", 0), mass if reps == 1 else mass * (30 + reps) / 30))
        for key, value in places:
            best[key] = max(value, best.get(key, Fraction(0)))
    return best


async def test_strangers_get_not_found_and_other_coaches_nothing_of_another_organization(
    api: Api, world: World, squat: str
) -> None:
    organization, _, id = await planned(api, world)
    await done(api, organization, id, squat, date(2026, 3, 1), {"reps": 5, "load": kg(100)})
    other = await world.organization()
    await world.join(other.id, "member", organization.member)
    assert await records(api, other.coach, organization.member, squat) == []
    mate = await world.join(organization.id, "member")
    for stranger in (mate, (await world.organization()).coach, await world.person()):
        answer = await api.post(RECORDS, stranger, athlete=str(organization.member.id), exercises=[squat])
        (error,) = answer.json()["errors"]
        assert error["extensions"] == {"code": "NOT_FOUND", "field": ["athleteId"]}


@pytest.mark.parametrize("exercises", [[], ["x"], [NO_ID] * 51])
async def test_exercises_that_are_none_malformed_or_too_many_are_refused(
    api: Api, world: World, exercises: list[str]
) -> None:
    organization = await world.organization()
    answer = await api.post(RECORDS, organization.member, athlete=str(organization.member.id), exercises=exercises)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"][0] == "exerciseIds"


async def test_records_of_many_exercises_take_as_many_statements_as_of_one(
    counter: Counter, api: Api, world: World
) -> None:
    organization, made, id = await planned(
        api, world, "NONE", *[movement(await world.exercise_id(slug)) for slug in ("back-squat", "bench-press")]
    )
    sets = [{"movementId": movement_of(made, index), "number": 1, "reps": 5, "load": kg(80)} for index in (0, 1)]
    await sets_recorded(api, organization.member, id, *sets)
    exercises = [await world.exercise_id(slug) for slug in ("back-squat", "bench-press")]
    counts = []
    for wanted in (exercises[:1], exercises):
        with counter.counting() as statements:
            assert await records(counter.api, organization.coach, organization.member, *wanted)
        counts.append(len(statements))
    assert counts[0] == counts[1], counts
