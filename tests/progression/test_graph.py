"""The mutations of the progression graph: mirrors, bounds, cycles, versions, and who may write it."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from kinegraph.canonical.jobs import seed_library
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, Person

Pool = Any
EDGE = "id type difficultyDelta recommendedWaitWeeks sortOrder readinessIndicators transitionCues notes updatedAt"
ERRORS = "userErrors { code message field } conflict { updatedAt updatedBy { id } }"


def document(verb: str) -> str:
    """A mutation that answers an edge."""
    return f"""mutation ($input: {verb.title()}ProgressionInput!) {{ {verb}Progression(input: $input) {{
      progression {{ {EDGE} from {{ name }} to {{ name }} }} {ERRORS} }} }}"""


CREATE, UPDATE = document("create"), document("update")
DELETE = """mutation ($input: DeleteProgressionInput!) {
  deleteProgression(input: $input) { deletedId userErrors { code message field } } }"""
READ = f"""query ($id: ID!) {{
  exercise(id: $id) {{ progressions {{ {EDGE} to {{ name }} }} progressionChain {{ name }} }} }}"""


@pytest.fixture
async def rungs(owner: Pool) -> list[str]:
    """The ids of four canonical exercises without edges, named A to D, of difficulty 1, 2, 2 and 5."""
    sql = "INSERT INTO exercises (name, status, difficulty) VALUES ($1, 'published', $2) RETURNING id::text"
    return [await owner.fetchval(sql, name, level) for name, level in (("A", 1), ("B", 2), ("C", 2), ("D", 5))]


def ends(start: str, end: str, kind: str = "PROGRESSION", **values: Any) -> dict[str, Any]:
    """The input of a new edge."""
    return {"fromExerciseId": start, "toExerciseId": end, "type": kind, **values}


async def created(api: Api, admin: Person, *edge: str, **values: Any) -> Any:
    """A new edge."""
    return (await api.run(CREATE, admin, input=ends(*edge, **values)))["createProgression"]["progression"]


async def edges(api: Api, person: Person, exercise: str) -> list[tuple[str, str, int]]:
    """Type, end and difference of the edges that leave an exercise."""
    shown = (await api.run(READ, person, id=exercise))["exercise"]["progressions"]
    return [(each["type"], each["to"]["name"], each["difficultyDelta"]) for each in shown]


async def test_a_progression_is_written_with_its_regression_and_both_are_deleted_together(
    api: Api, admin: Person, rungs: list[str]
) -> None:
    a, b, c, _ = rungs
    values = {"recommendedWaitWeeks": 4, "readinessIndicators": ["3 x 10"], "transitionCues": ["Slowly"], "notes": "N"}
    made = await created(api, admin, a, b, **values)
    assert {**made, **values, "type": "PROGRESSION", "difficultyDelta": 1} == made
    await created(api, admin, b, c)
    assert await edges(api, admin, a) == [("PROGRESSION", "B", 1)]
    assert sorted(await edges(api, admin, b)) == [("PROGRESSION", "C", 0), ("REGRESSION", "A", -1)]
    back = (await api.run(READ, admin, id=b))["exercise"]["progressions"]
    (mirror,) = [each for each in back if each["type"] == "REGRESSION"]
    assert (mirror["recommendedWaitWeeks"], mirror["readinessIndicators"], mirror["notes"]) == (None, [], None)
    assert [each["name"] for each in (await api.run(READ, admin, id=a))["exercise"]["progressionChain"]] == ["B", "C"]
    await api.run(DELETE, admin, input={"id": made["id"]})
    assert await edges(api, admin, a) == [] and await edges(api, admin, b) == [("PROGRESSION", "C", 0)]
    assert await api.refusals(DELETE, admin, input={"id": made["id"]}) == [("NOT_FOUND", ["input", "id"])]
    again = await created(api, admin, a, b)
    assert again["id"] == made["id"] and len(await edges(api, admin, b)) == 2


@pytest.mark.parametrize("kind", ["VARIATION", "COMPLEMENTARY"])
async def test_variations_and_complements_are_written_in_both_directions(
    api: Api, admin: Person, rungs: list[str], kind: str
) -> None:
    _, b, c, _ = rungs
    made = await created(api, admin, b, c, kind, transitionCues=["Wider"])
    assert await edges(api, admin, c) == [(kind, "B", 0)]
    await api.run(UPDATE, admin, input={"id": made["id"], "notes": "Both"})
    (back,) = (await api.run(READ, admin, id=c))["exercise"]["progressions"]
    assert (back["transitionCues"], back["notes"]) == (["Wider"], "Both")


async def test_an_edge_that_would_close_a_cycle_is_refused(api: Api, admin: Person, rungs: list[str]) -> None:
    _, b, c, _ = rungs
    await created(api, admin, b, c)
    (error,) = await api.user_errors(CREATE, admin, input=ends(c, b))
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "toExerciseId"])
    assert error["message"].startswith("Progressions lead from there back")


async def test_of_two_edges_at_once_that_close_a_cycle_together_one_is_refused(
    api: Api, admin: Person, rungs: list[str]
) -> None:
    _, b, c, _ = rungs
    payloads = await asyncio.gather(*(api.payload(CREATE, admin, input=ends(*pair)) for pair in ((b, c), (c, b))))
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1]


@pytest.mark.parametrize(
    ("start", "end", "values", "path", "code"),
    [(0, 0, {}, "toExerciseId", "INVALID_INPUT"), (0, 3, {}, "toExerciseId", "INVALID_INPUT"),
     (1, 0, {}, "toExerciseId", "INVALID_INPUT"), (0, 1, {"type": "PREPARATION"}, "toExerciseId", "INVALID_INPUT"),
     (1, 0, {"type": "REGRESSION"}, "type", "INVALID_INPUT"),
     (0, 1, {"recommendedWaitWeeks": 105}, "recommendedWaitWeeks", "INVALID_INPUT"),
     (0, 1, {"recommendedWaitWeeks": -1}, "recommendedWaitWeeks", "INVALID_INPUT"),
     (0, 1, {"sortOrder": -1}, "sortOrder", "INVALID_INPUT"),
     (0, 1, {"readinessIndicators": ["x"] * 11 + ["y"]}, "readinessIndicators", "INVALID_INPUT"),
     (0, 1, {"notes": "x" * 2_001}, "notes", "INVALID_INPUT"),
     (0, 1, {"toExerciseId": "nonsense"}, "toExerciseId", "INVALID_INPUT")],
)  # fmt: skip
async def test_edges_out_of_bounds_are_refused_by_field(
    api: Api, admin: Person, rungs: list[str], start: int, end: int, values: dict[str, Any], path: str, code: str
) -> None:
    input = {**ends(rungs[start], rungs[end]), **values}
    assert await api.refusals(CREATE, admin, input=input) == [(code, ["input", path])]


async def test_ends_are_published_canonical_exercises_with_a_difficulty_and_joined_once(
    api: Api, admin: Person, owner: Pool, rungs: list[str], gym: Organization
) -> None:
    a, b, c, d = rungs
    await owner.execute("UPDATE exercises SET status = 'archived' WHERE id = $1", UUID(b))
    await owner.execute("UPDATE exercises SET difficulty = NULL WHERE id = $1", UUID(c))
    await owner.execute("UPDATE exercises SET organization_id = $2 WHERE id = $1", UUID(d), gym.id)
    codes = {b: "CONFLICT", c: "CONFLICT", d: "NOT_FOUND", str(gym.id): "NOT_FOUND"}
    for end, code in codes.items():
        assert await api.refusals(CREATE, admin, input=ends(a, end)) == [(code, ["input", "toExerciseId"])]
    await owner.execute("UPDATE exercises SET status = 'published' WHERE id = $1", UUID(b))
    await created(api, admin, a, b)
    assert await api.refusals(CREATE, admin, input=ends(a, b)) == [("CONFLICT", ["input", "toExerciseId"])]


async def test_an_edge_is_changed_but_not_one_of_another_version_nor_a_mirror(
    api: Api, admin: Person, rungs: list[str]
) -> None:
    a, b, *_ = rungs
    made = await created(api, admin, a, b, notes="Old")
    input = {"id": made["id"], "recommendedWaitWeeks": 2, "ifUpdatedAt": made["updatedAt"]}
    changed = (await api.run(UPDATE, admin, input=input))["updateProgression"]["progression"]
    assert (changed["recommendedWaitWeeks"], changed["notes"]) == (2, "Old")
    payload = await api.payload(UPDATE, admin, input=input)
    assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [("CONFLICT", ["input", "ifUpdatedAt"])]
    assert payload["conflict"]["updatedBy"]["id"] == str(admin.id)
    assert payload["progression"]["updatedAt"] == changed["updatedAt"]
    (mirror,) = (await api.run(READ, admin, id=b))["exercise"]["progressions"]
    for text in (UPDATE, DELETE):
        assert await api.refusals(text, admin, input={"id": mirror["id"]}) == [("INVALID_INPUT", ["input", "id"])]


async def test_only_platform_admins_write_the_graph(
    api: Api, admin: Person, gym: Organization, rungs: list[str]
) -> None:
    a, b, *_ = rungs
    made = await created(api, admin, a, b)
    assert await api.refusals(CREATE, gym.owner, input=ends(b, a, "VARIATION")) == [("FORBIDDEN", ["input"])]
    for text in (UPDATE, DELETE):
        assert await api.refusals(text, gym.owner, input={"id": made["id"]}) == [("FORBIDDEN", ["input", "id"])]
    assert await edges(api, gym.member, a) == [("PROGRESSION", "B", 1)]


async def test_the_difference_follows_the_difficulty_of_the_ends(
    api: Api, admin: Person, owner: Pool, rungs: list[str]
) -> None:
    a, b, *_ = rungs
    await created(api, admin, a, b)
    await owner.execute("UPDATE exercises SET difficulty = 3 WHERE id = $1", UUID(b))
    assert await edges(api, admin, a) == [("PROGRESSION", "B", 2)]
    assert await edges(api, admin, b) == [("REGRESSION", "A", -2)]


async def test_seeding_brings_back_nothing_deleted_removes_nothing_added_but_what_the_library_has_no_more(
    api: Api, admin: Person, database: Database, owner: Pool, rungs: list[str]
) -> None:
    added = await created(api, admin, rungs[0], rungs[1])
    seeded = await owner.fetchval(
        "SELECT id FROM exercise_progressions WHERE progression_type = 'progression' AND seed_hash IS NOT NULL LIMIT 1"
    )
    await api.run(DELETE, admin, input={"id": str(seeded)})
    former = await created(api, admin, rungs[1], rungs[2])
    await owner.execute("UPDATE exercise_progressions SET seed_hash = 'former' WHERE id = $1", UUID(former["id"]))
    count = "SELECT count(*) FROM exercise_progressions WHERE deleted_at IS NULL"
    before = await owner.fetchval(count)
    _ = [each async for each in seed_library(database)]
    assert await owner.fetchval(count) == before - 1
    live = "SELECT deleted_at IS NULL FROM exercise_progressions WHERE id = $1"
    assert [await owner.fetchval(live, id) for id in (UUID(added["id"]), seeded, UUID(former["id"]))] == [
        True,
        False,
        None,
    ]
