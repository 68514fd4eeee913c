"""Snapshots: which edits make one, which are refused, and concurrent edits."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import asyncpg
import pytest

from kinegraph.comment import store as comment_store
from kinegraph.workout import store
from tests.assignment.snapshots import (
    ASSIGN,
    MOVE_FOR,
    READ_ASSIGNMENT,
    SET_FOR,
    UPDATE_FOR,
    assigned,
    assignment,
    edited,
    facts,
    moved,
    planned,
    replaced,
    snapshot_of,
    snapshots_of,
    stored,
)
from tests.conftest import Api, Person, World
from tests.workout.documents import (
    DELETE,
    NO_ID,
    UPDATE,
    Json,
    Pool,
    create,
    movement,
    movement_ids,
    read,
    read_tree,
    replace,
    section,
    sent_back,
)
from tests.workout.test_tree_concurrency import after_waiting

AT = ["assignmentId"]


def first_movement(workout: Json) -> str:
    """The id of a workout's first movement."""
    return str(workout["sections"][0]["movements"][0]["id"])


async def shown_by(api: Api, person: Person, id: str) -> Json:
    """The assignment as the person sees it."""
    found: Json = (await api.run(READ_ASSIGNMENT, person, id=id))["assignment"]
    return found


@pytest.mark.parametrize("edit", ["own", "tree", "movement"])
async def test_the_first_edit_with_an_assignment_forks_and_the_second_edits_the_same_copy(
    api: Api, world: World, owner: Pool, edit: str
) -> None:
    organization, made, id = await planned(api, world)
    coach, before = organization.coach, await stored(owner, made["id"])
    for turn in ("first", "second"):
        if edit == "own":
            changed = await edited(api, coach, made["id"], id, title=turn)
            answered = changed["title"]
        elif edit == "tree":
            changed = await replaced(api, coach, made["id"], id, [section(title=turn)])
            answered = changed["sections"][0]["title"]
        else:
            payload = await moved(api, coach, first_movement(made), id, notes=turn)
            changed = payload["workout"]
            answered = changed["sections"][0]["movements"][0]["notes"]
            assert payload["movement"]["id"] == first_movement(changed) != first_movement(made)
        assert (answered, changed["isSnapshot"], changed["forkedFrom"]) == (turn, True, {"id": made["id"]})
        assert await snapshots_of(owner, made["id"]) == [changed["id"]]
        shown = await shown_by(api, organization.member, id)
        assert (shown["isForked"], shown["workout"]) == (True, {"id": changed["id"], "isSnapshot": True})
        assert await read(api, organization.member, changed["id"]) == {**changed, "forkedFrom": None}
    assert await stored(owner, made["id"]) == before
    assert await facts(owner, organization) == [made["id"]]


async def test_assignments_of_one_batch_fork_independently(api: Api, world: World, owner: Pool) -> None:
    organization, made, _ = await planned(api, world)
    athletes = [await world.join(organization.id, "member") for _ in range(2)]
    batch = await assigned(api, organization.coach, made["id"], *athletes)
    copies = [await edited(api, organization.coach, made["id"], id, title=str(n)) for n, id in enumerate(batch)]
    assert len({copy["id"] for copy in copies}) == 2
    for athlete, id, copy in zip(athletes, batch, copies, strict=True):
        assert (await shown_by(api, athlete, id))["workout"]["id"] == copy["id"]
        assert [bool(await read(api, athlete, other["id"])) for other in copies] == [other is copy for other in copies]
    assert (await read(api, organization.member, made["id"])) == made


async def test_a_movement_is_reached_by_its_library_id_and_by_its_own_and_by_no_other(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made, id = await planned(api, world)
    coach, library = organization.coach, movement_ids(made["sections"])[0]
    other = await create(api, organization, section(movement(await world.exercise_id("back-squat"))))
    foreign = (await planned(api, world))[1]
    strange = [first_movement(other), first_movement(foreign), made["sections"][0]["id"], made["id"], NO_ID]
    for refused in strange:
        assert await api.refusals(MOVE_FOR, coach, id=refused, **{"for": id}, input={"notes": "N"}) == [
            ("NOT_FOUND", ["id"])
        ]
    assert await snapshots_of(owner, made["id"]) == []
    copied = (await moved(api, coach, library[1], id, label="L"))["movement"]
    again = (await moved(api, coach, copied["id"].upper(), id, notes="Own id"))["movement"]
    assert again == {"id": copied["id"], "notes": "Own id", "label": "L"}
    (stored,) = await read_tree(api, organization.member, str(await snapshot_of(owner, id)))
    assert [(row["label"], row["notes"]) for row in stored["movements"]] == [(None, None), ("L", "Own id")]
    (second,) = await assigned(api, coach, made["id"], organization.member)
    for foreign in (copied["id"], *strange):
        assert await api.refusals(MOVE_FOR, coach, id=foreign, **{"for": second}, input={}) == [("NOT_FOUND", ["id"])]
    await replaced(api, coach, made["id"], id, [])
    for refused_id in (library[0], copied["id"]):
        assert await api.refusals(MOVE_FOR, coach, id=refused_id, **{"for": id}, input={}) == [("NOT_FOUND", ["id"])]
    assert await snapshot_of(owner, second) is None


async def test_a_refused_edit_leaves_no_fork(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    coach, row = organization.coach, sent_back(made["sections"])[0]["movements"][0]
    for_ = {"for": id}
    other = (await create(api, organization))["id"]
    bad = api.refusals(UPDATE_FOR, coach, id=made["id"], **for_, input={"timeCap": 0})
    assert await bad == [("INVALID_INPUT", ["input", "timeCap"])]
    twice = [section(row, row)]
    assert await api.refusals(SET_FOR, coach, id=made["id"], **for_, sections=twice) == [
        ("INVALID_INPUT", ["sections", "0", "movements", "1", "id"])
    ]
    lost = [section(movement(NO_ID))]
    assert await api.refusals(SET_FOR, coach, id=made["id"], **for_, sections=lost) == [
        ("EXERCISE_NOT_VISIBLE", ["sections", "0", "movements", "0", "exerciseId"])
    ]
    for wrong in (other, NO_ID):
        assert await api.refusals(UPDATE_FOR, coach, id=wrong, **for_, input={}) == [("NOT_FOUND", ["id"])]
        assert await api.refusals(SET_FOR, coach, id=wrong, **for_, sections=[]) == [("NOT_FOUND", ["workoutId"])]
    long = {"notes": "x" * 2001}
    assert await api.refusals(MOVE_FOR, coach, id=row["id"], **for_, input=long) == [
        ("INVALID_INPUT", ["input", "notes"])
    ]
    assert await snapshot_of(owner, id) is None
    assert await snapshots_of(owner, made["id"]) == []
    assert await facts(owner, organization) == [made["id"], other]


async def test_an_id_and_that_of_its_copy_in_one_tree_are_the_same_row(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, 1)
    copy = await edited(api, organization.coach, made["id"], id)
    both = [section(*(sent_back(workout["sections"])[0]["movements"][0] for workout in (made, copy)))]
    assert await api.refusals(SET_FOR, organization.coach, id=made["id"], **{"for": id}, sections=both) == [
        ("INVALID_INPUT", ["sections", "0", "movements", "1", "id"])
    ]


async def refused_to(api: Api, person: Person, made: Json, id: str) -> list[list[tuple[str, list[str]]]]:
    """The refusals of the three edits with an assignment's id."""
    texts: list[tuple[str, str, Json]] = [
        (UPDATE_FOR, made["id"], {"input": {"title": "Theirs"}}),
        (SET_FOR, made["id"], {"sections": []}),
        (MOVE_FOR, first_movement(made), {"input": {"notes": "Theirs"}}),
    ]
    return [await api.refusals(text, person, id=key, **{"for": id}, **values) for text, key, values in texts]


async def test_a_refused_edit_of_an_assignments_workout_forks_nothing(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    other = await world.organization()
    second = await world.join(organization.id, "member")
    elsewhere = await world.join(organization.id, "member", other.coach)
    (theirs,) = await assigned(api, organization.coach, made["id"], elsewhere)
    assert await refused_to(api, organization.member, made, id) == [[("FORBIDDEN", AT)]] * 3
    assert await refused_to(api, elsewhere, made, theirs) == [[("FORBIDDEN", AT)]] * 3
    for stranger in (second, elsewhere, other.owner, await world.person(is_platform_admin=True)):
        assert [found[0] for found in await refused_to(api, stranger, made, id)] == [("NOT_FOUND", AT)] * 3
    await owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE id = $1", UUID(theirs))
    for missing in (theirs, NO_ID):
        assert await refused_to(api, organization.coach, made, missing) == [[("NOT_FOUND", AT)]] * 3
    assert await refused_to(api, organization.coach, made, "none") == [[("INVALID_INPUT", AT)]] * 3
    assert await snapshots_of(owner, made["id"]) == []


async def test_a_snapshot_is_neither_deleted_nor_assigned_nor_forked_again(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    coach = organization.coach
    copy = (await edited(api, coach, made["id"], id))["id"]
    (second,) = await assigned(api, coach, made["id"], organization.member)
    assert await api.refusals(DELETE, coach, id=copy) == [("SNAPSHOT_IMMUTABLE", ["id"])]
    assert await api.refusals(ASSIGN, coach, input=assignment(copy, organization.member)) == [
        ("SNAPSHOT_IMMUTABLE", ["input", "workoutId"])
    ]
    assert await api.refusals(UPDATE_FOR, coach, id=copy, **{"for": second}, input={}) == [("NOT_FOUND", ["id"])]
    await api.run(UPDATE, coach, id=copy, input={"title": "By its own id"})
    assert (await edited(api, coach, copy, id))["title"] == "By its own id"
    assert await snapshots_of(owner, made["id"]) == [copy]
    assert await facts(owner, organization) == [made["id"]]


async def test_the_database_itself_protects_snapshots_and_their_origin(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    copy = UUID((await edited(api, organization.coach, made["id"], id))["id"])
    with pytest.raises(asyncpg.CheckViolationError, match="workouts_snapshot_immutable_chk"):
        await owner.execute("UPDATE workouts SET deleted_at = now() WHERE id = $1", copy)
    with pytest.raises(asyncpg.CheckViolationError, match="workouts_snapshot_provenance_chk"):
        await owner.execute("UPDATE workouts SET forked_from_id = NULL WHERE id = $1", copy)
    with pytest.raises(asyncpg.CheckViolationError, match="workouts_snapshot_provenance_chk"):
        await owner.execute("UPDATE workouts SET is_snapshot = true WHERE id = $1", UUID(made["id"]))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await owner.execute("DELETE FROM workouts WHERE id = $1", UUID(made["id"]))


async def test_concurrent_first_edits_leave_one_snapshot_with_all_of_them(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world, 6)
    rows, before = movement_ids(made["sections"])[0], await stored(owner, made["id"])
    answers = await asyncio.gather(
        edited(api, organization.coach, made["id"], id, title="Edited"),
        edited(api, organization.owner, made["id"], id, timeCap=7),
        *(moved(api, organization.coach, row, id, notes=row) for row in rows),
    )
    assert len(await snapshots_of(owner, made["id"])) == 1
    shown = await read(api, organization.member, answers[0]["id"])
    assert shown is not None and (shown["title"], shown["timeCap"]) == ("Edited", 7)
    assert [row["notes"] for row in shown["sections"][0]["movements"]] == rows
    assert await stored(owner, made["id"]) == before


async def test_forks_beside_replacements_of_the_library_workout_copy_one_of_its_trees_whole(
    api: Api, world: World
) -> None:
    organization, made, _ = await planned(api, world)
    coach, row = organization.coach, {"exerciseId": await world.exercise_id("back-squat")}
    ids = await assigned(api, coach, made["id"], *[await world.join(organization.id, "member") for _ in range(5)])
    trees = [[section(*[{**row, "label": f"{n}"}] * n, title=f"{n}")] * n for n in range(1, 6)]
    forks = asyncio.gather(*(edited(api, coach, made["id"], id) for id in ids))
    await asyncio.gather(forks, *(replace(api, coach, made["id"], tree) for tree in trees))
    possible = [("Main", [None] * 2)], *([(f"{n}", [f"{n}"] * n)] * n for n in range(1, 6))
    for copy in await forks:
        found = [(node["title"], [row["label"] for row in node["movements"]]) for node in copy["sections"]]
        assert found in possible


async def test_a_fork_that_waited_for_a_replacement_copies_its_result(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    late = edited(api, organization.coach, made["id"], id)
    copy = await after_waiting(world, owner, organization, made["id"], late)
    assert (copy["isSnapshot"], copy["sections"]) == (True, [])


async def answered_or_waiting(owner: Pool, request: "asyncio.Future[Any]") -> None:
    """Return when the request is answered or waits for a lock."""
    waiting_count = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(20):
        while not (await owner.fetchval(waiting_count) or request.done()):
            pass


async def test_a_comment_that_an_athlete_was_writing_while_their_workout_forked_is_in_the_snapshot(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made, id = await planned(api, world)
    async with world.writing_as(organization.member) as session:
        (row,) = await store.movements(session, [UUID(first_movement(made))])
        assert row is not None
        await store.lock_tree(session, UUID(made["id"]), shared=True)
        await comment_store.insert(session, row, "In time", None)
        fork = asyncio.ensure_future(edited(api, organization.coach, made["id"], id))
        await answered_or_waiting(owner, fork)
    (node,) = await read_tree(api, organization.member, (await fork)["id"])
    assert [comment["body"] for row in node["movements"] for comment in row["comments"]] == ["In time"]


BOTH = """mutation ($w: ID!, $a: ID!, $b: ID!) {
  a: updateWorkout(id: $w, assignmentId: $a, input: {title: "T"}) { workout { id } userErrors { code } }
  b: updateWorkout(id: $w, assignmentId: $b, input: {title: "T"}) { workout { id } userErrors { code } }
}"""


async def test_requests_that_fork_two_assignments_in_opposite_orders_leave_one_snapshot_each_and_no_internal_error(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made, a = await planned(api, world)
    (b,) = await assigned(api, organization.coach, made["id"], organization.member)
    pairs = [{"a": a, "b": b}, {"a": b, "b": a}] * 3
    responses = await asyncio.gather(*(api.post(BOTH, organization.coach, w=made["id"], **pair) for pair in pairs))
    assert all(response.status_code < 500 for response in responses)
    copies = sorted(filter(None, [await snapshot_of(owner, id) for id in (a, b)]))
    assert len(copies) == 2
    assert await snapshots_of(owner, made["id"]) == copies
