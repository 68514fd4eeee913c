"""Copies of workouts: `duplicateWorkout`, and `resetSnapshot`, which takes a copy back to the library version."""

import pytest

from tests.assignment.snapshots import STATUS, assigned, content, edited, facts, moved, snapshot_of, stored
from tests.conftest import Api, Counter, Organization, World
from tests.movement.documents import ADD, DUPLICATE, MOVE, REMOVE, RESET, by_label, labels, sent
from tests.workout.documents import (
    DELETE,
    UPDATE,
    Json,
    Pool,
    comment,
    create,
    movement,
    read,
    replace,
    section,
    sent_back,
)


async def tree(api: Api, world: World, *groups: str) -> tuple[Organization, Json]:
    """A workout with a section for each text, whose letters are the labels of its movements."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    full = {"prescription": {"sets": 3, "load": {"value": 2.5, "unit": "KG"}}, "notes": "סט 💪", "supersetGroup": "B1"}
    sections = [
        section(*[movement(squat, label=letter, **full) for letter in group], title=group, type="SKILL",
                shape="ROUNDS", config={"rounds": 3})
        for group in groups
    ]  # fmt: skip
    return organization, await create(api, organization, *sections, title="Library", timeCap=20, scoring="TIME")


def values(workout: Json) -> Json:
    """A workout as it is answered, without ids, comments, times and author."""
    own = {key: workout[key] for key in ("title", "description", "scoring", "mode", "timeCap", "program")}
    sections = sent_back(workout["sections"])
    for node in sections:
        del node["id"]
        for row in node["movements"]:
            del row["id"]
    return {**own, "sections": sections}


async def test_a_duplicate_has_the_values_of_its_source_and_nothing_else_of_it(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made = await tree(api, world, "ABC", "", "D")
    await comment(api, organization.coach, by_label(made)["A"], "Private")
    before = await stored(owner, made["id"])
    copied = (await sent(api, DUPLICATE, organization.owner, workoutId=made["id"]))["workout"]
    assert values(copied) == values(made)
    assert copied["author"]["id"] == str(organization.owner.id) and copied["forkedFrom"] is None
    assert (copied["isSnapshot"], labels(copied)) == (False, [["A", "B", "C"], [], ["D"]])
    assert all(row["comments"] == [] for node in copied["sections"] for row in node["movements"])
    renamed = await sent(api, DUPLICATE, organization.coach, workoutId=made["id"], title=" Second ", programId=None)
    assert renamed["workout"]["title"] == "Second"
    assert await stored(owner, made["id"]) == before
    assert await facts(owner, organization) == [made["id"], copied["id"], renamed["workout"]["id"]]
    await replace(api, organization.coach, copied["id"], [])
    assert await stored(owner, made["id"]) == before


async def test_a_snapshot_is_duplicated_to_a_library_workout_that_can_be_assigned(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made = await tree(api, world, "AB")
    (id,) = await assigned(api, organization.coach, made["id"], organization.member)
    snapshot = await edited(api, organization.coach, made["id"], id, title="For one")
    await sent(api, REMOVE, organization.coach, movementId=by_label(made)["A"], assignmentId=id)
    copied = (await sent(api, DUPLICATE, organization.coach, workoutId=snapshot["id"]))["workout"]
    assert (copied["title"], labels(copied), copied["forkedFrom"]) == ("For one", [["B"]], None)
    _, rows = await content(owner, copied["id"])
    assert {row["forked_from_id"] for row in (*rows["sections"], *rows["movements"])} == {None}
    assert await assigned(api, organization.coach, copied["id"], organization.member)


async def test_only_coaches_duplicate(api: Api, world: World) -> None:
    organization, made = await tree(api, world, "A")
    await assigned(api, organization.coach, made["id"], organization.member)
    for person, code in ((organization.member, "NOT_FOUND"), (await world.person(), "NOT_FOUND")):
        found = await api.refusals(DUPLICATE, person, input={"workoutId": made["id"]})
        assert found in ([(code, ["input", "workoutId"])], [("FORBIDDEN", ["input", "workoutId"])])
    await api.run(DELETE, organization.coach, id=made["id"])
    refused = await api.refusals(DUPLICATE, organization.coach, input={"workoutId": made["id"]})
    assert refused == [("NOT_FOUND", ["input", "workoutId"])]


async def test_a_reset_goes_back_to_the_library_version_and_retains_what_was_logged(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made = await tree(api, world, "ABC", "D")
    coach, member, ids = organization.coach, organization.member, by_label(made)
    (id,) = await assigned(api, coach, made["id"], member)
    snapshot = (await moved(api, coach, ids["A"], id, notes="Only for you", label="Z"))["workout"]
    copies = by_label(snapshot)
    for label in ("Z", "B"):
        await comment(api, member, copies[label], f"On {label}")
    squat = await world.exercise_id("bench-press")
    for label in ("X", "Y"):
        added = await sent(api, ADD, coach, afterMovementId=ids["B"], exerciseId=squat, label=label, assignmentId=id)
        await comment(api, member, added["movement"]["id"], "On X") if label == "X" else None
    await sent(api, REMOVE, coach, movementId=ids["B"], assignmentId=id)
    await sent(api, MOVE, coach, movementId=ids["C"], sectionId=made["sections"][1]["id"], assignmentId=id)
    await edited(api, coach, made["id"], id, title="For one", timeCap=None)
    await api.run(UPDATE, coach, id=made["id"], input={"title": "Newer"})
    await sent(api, REMOVE, coach, movementId=ids["D"])
    library = await read(api, coach, made["id"])
    assert library is not None
    payload = await sent(api, RESET, coach, assignmentId=id)
    shown = payload["workout"]
    assert (shown["id"], shown["title"], shown["timeCap"]) == (snapshot["id"], "Newer", 20)
    assert labels(shown) == [["A", "B", "C", "X"], []]
    rows = shown["sections"][0]["movements"]
    assert [row["id"] for row in rows[:3]] == [copies["Z"], copies["B"], copies["C"]]
    assert [[one["body"] for one in row["comments"]] for row in rows] == [["On Z"], ["On B"], [], ["On X"]]
    del rows[3]
    assert values(shown) == values(library)
    assert payload["assignment"] == {"id": id, "isForked": True, "status": "SCHEDULED"}
    assert await read(api, coach, made["id"]) == library
    again = (await sent(api, RESET, coach, assignmentId=id))["workout"]
    assert again["updatedAt"] == shown["updatedAt"]
    edit = (await moved(api, coach, ids["A"], id, notes="By the library's id"))["movement"]
    assert edit["id"] == copies["Z"]


async def test_a_reset_that_only_brings_a_removed_movement_back_is_an_edit(api: Api, world: World) -> None:
    """The workout has a new version then, so that an edit of what was seen before is stale."""
    organization, made = await tree(api, world, "AB")
    coach, member, ids = organization.coach, organization.member, by_label(made)
    (id,) = await assigned(api, coach, made["id"], member)
    await moved(api, coach, ids["A"], id, notes="Only for you")
    copy = by_label((await sent(api, RESET, coach, assignmentId=id))["workout"])["B"]
    await comment(api, member, copy, "On B")
    removed = (await sent(api, REMOVE, coach, movementId=ids["B"], assignmentId=id))["workout"]
    shown = (await sent(api, RESET, coach, assignmentId=id))["workout"]
    assert by_label(shown)["B"] == copy
    assert shown["updatedAt"] > removed["updatedAt"]


async def test_a_section_with_a_logged_movement_stays_and_new_library_rows_stand_for_their_copies(
    api: Api, world: World
) -> None:
    organization, made = await tree(api, world, "AB", "C")
    coach, ids = organization.coach, by_label(made)
    (id,) = await assigned(api, coach, made["id"], organization.member)
    snapshot = await edited(api, coach, made["id"], id, title="For one")
    await comment(api, organization.member, by_label(snapshot)["C"], "Done")
    squat = await world.exercise_id("back-squat")
    await replace(api, coach, made["id"], [section(movement(squat, label="N"), title="New")])
    shown = (await sent(api, RESET, coach, assignmentId=id))["workout"]
    assert [node["title"] for node in shown["sections"]] == ["New", "C"]
    assert labels(shown) == [["N"], ["C"]]
    library = by_label((await read(api, coach, made["id"])) or {})
    assert (await moved(api, coach, library["N"], id, notes="Mine"))["movement"]["id"] == by_label(shown)["N"]
    assert ids["A"] not in by_label(shown).values()


async def test_what_cannot_be_reset_is_refused_and_without_a_snapshot_nothing_happens(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made = await tree(api, world, "A")
    coach, at = organization.coach, ["input", "assignmentId"]
    (id,) = await assigned(api, coach, made["id"], organization.member)
    payload = await sent(api, RESET, coach, assignmentId=id)
    assert (payload["workout"], payload["assignment"]["isForked"]) == (made, False)
    for person in (organization.member, await world.person()):
        found = await api.refusals(RESET, person, input={"assignmentId": id})
        assert found in ([("FORBIDDEN", at)], [("NOT_FOUND", at)])
    snapshot = await edited(api, coach, made["id"], id, title="For one")
    input = {"assignmentId": id, "ifUpdatedAt": made["updatedAt"]}
    (error,) = await api.user_errors(RESET, coach, input=input)
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "ifUpdatedAt"])
    await api.run(STATUS, organization.member, id=id, status="COMPLETED")
    assert await api.refusals(RESET, coach, input={"assignmentId": id}) == [("CONFLICT", at)]
    await api.run(STATUS, organization.member, id=id, status="SCHEDULED")
    await api.run(DELETE, coach, id=made["id"])
    assert await api.refusals(RESET, coach, input={"assignmentId": id}) == [("CONFLICT", at)]
    assert await read(api, coach, snapshot["id"]) == {**snapshot, "forkedFrom": None}
    assert await snapshot_of(owner, id) == snapshot["id"]


@pytest.mark.parametrize("name", ["duplicateWorkout", "resetSnapshot"])
async def test_a_copy_takes_as_many_statements_for_a_small_tree_as_for_a_large_one(
    counter: Counter, api: Api, world: World, name: str
) -> None:
    counts = []
    for groups in (["A"], ["A" * 60, "B" * 40, "C"]):
        organization, made = await tree(api, world, *groups)
        (id,) = await assigned(api, organization.coach, made["id"], organization.member)
        await edited(api, organization.coach, made["id"], id, title="For one")
        with counter.counting() as statements:
            if name == "duplicateWorkout":
                await sent(counter.api, DUPLICATE, organization.coach, workoutId=made["id"])
            else:
                await sent(counter.api, RESET, organization.coach, assignmentId=id)
        counts.append(len(statements))
    assert counts[0] == counts[1]
