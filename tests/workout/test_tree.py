"""Replacing a workout's tree: which rows retain their ids and comments, which are deleted, which ids are refused."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, World
from tests.workout.documents import (
    DELETE_COMMENT,
    NO_ID,
    SET,
    UPDATE,
    Pool,
    comment,
    create,
    created_tree,
    movement,
    movement_ids,
    read,
    read_tree,
    replace,
    row_state,
    section,
    sent_back,
    versions,
)


async def test_movements_retain_ids_and_comments_when_they_change_positions_and_sections(
    api: Api, world: World
) -> None:
    organization, id, sent = await created_tree(api, world, 3, 1)
    (a, b, c), (d,) = sent[0]["movements"], sent[1]["movements"]
    for row in (a, b, c, d):
        top = await comment(api, organization.coach, row["id"], f"On {row['label']}")
        await comment(api, organization.coach, row["id"], "Reply", top)
    moved = [{**sent[1], "movements": [c, a]}, {**sent[0], "movements": [d, b]}]
    answered = (await replace(api, organization.coach, id, moved))["sections"]
    assert [node["id"] for node in answered] == [sent[1]["id"], sent[0]["id"]]
    assert movement_ids(answered) == [[c["id"], a["id"]], [d["id"], b["id"]]]
    assert [node["sortOrder"] for node in answered] == [0, 1]
    assert [[row["sortOrder"] for row in node["movements"]] for node in answered] == [[0, 1], [0, 1]]
    threads = [[[(x["body"], len(x["replies"])) for x in row["comments"]] for row in p["movements"]] for p in answered]
    assert threads == [[[("On 2", 1)], [("On 0", 1)]], [[("On 0", 1)], [("On 1", 1)]]]
    assert await read_tree(api, organization.coach, id) == answered


async def test_a_movement_moves_into_a_new_section_out_of_one_that_is_deleted(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, sent = await created_tree(api, world, 2)
    retained, omitted = sent[0]["movements"]
    await comment(api, organization.coach, retained["id"], "Stays")
    answered = (await replace(api, organization.coach, id, [section(retained)]))["sections"]
    assert movement_ids(answered) == [[retained["id"]]]
    assert answered[0]["id"] != sent[0]["id"]
    assert [x["body"] for x in answered[0]["movements"][0]["comments"]] == ["Stays"]
    assert await row_state(owner, "workout_sections", sent[0]["id"]) == "gone"
    assert await row_state(owner, "workout_movements", omitted["id"]) == "gone"


async def test_an_omitted_row_is_soft_deleted_if_it_has_comments_and_else_deleted(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, sent = await created_tree(api, world, 3, 1, 1, 0)
    (commented, silent, retained), (alone,), (mute,) = (node["movements"] for node in sent[:3])
    comment_ids = [await comment(api, organization.coach, row["id"], "Hm") for row in (commented, alone)]
    answered = (await replace(api, organization.coach, id, [{**sent[0], "movements": [retained]}]))["sections"]
    assert movement_ids(answered) == [[retained["id"]]]
    rows = [
        await row_state(owner, "workout_movements", row["id"]) for row in (commented, silent, retained, alone, mute)
    ]
    assert rows == ["hidden", "gone", "live", "hidden", "gone"]
    states = [await row_state(owner, "workout_sections", node["id"]) for node in sent]
    assert states == ["live", "hidden", "gone", "gone"]
    assert [await row_state(owner, "exercise_comments", id) for id in comment_ids] == ["live", "live"]


async def test_a_movement_whose_only_comment_was_deleted_is_hidden_too(api: Api, world: World, owner: Pool) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    row = sent[0]["movements"][0]
    comment_id = await comment(api, organization.coach, row["id"], "Hm")
    await api.run(DELETE_COMMENT, organization.coach, id=comment_id)
    assert (await replace(api, organization.coach, id, []))["sections"] == []
    assert await row_state(owner, "workout_movements", row["id"]) == "hidden"
    assert await row_state(owner, "exercise_comments", comment_id) == "hidden"


async def test_a_section_with_a_softly_deleted_movement_is_deleted_softly(api: Api, world: World, owner: Pool) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    row = sent[0]["movements"][0]
    await comment(api, organization.coach, row["id"], "Hm")
    await replace(api, organization.coach, id, [{**sent[0], "movements": []}])
    assert await row_state(owner, "workout_sections", sent[0]["id"]) == "live"
    await replace(api, organization.coach, id, [])
    assert await row_state(owner, "workout_sections", sent[0]["id"]) == "hidden"
    assert await row_state(owner, "workout_movements", row["id"]) == "hidden"


async def test_hidden_rows_cannot_be_restored_by_sending_their_ids(api: Api, world: World) -> None:
    organization, id, sent = await created_tree(api, world, 1, 1)
    for node in sent:
        await comment(api, organization.coach, node["movements"][0]["id"], "Hm")
    await replace(api, organization.coach, id, [])
    paths = [[str(i), *path, "id"] for i in range(2) for path in ([], ["movements", "0"])]
    refused = await api.refusals(SET, organization.coach, id=id, sections=sent)
    assert sorted(refused) == sorted(("INVALID_INPUT", ["sections", *path]) for path in paths)
    assert await read_tree(api, organization.coach, id) == []


async def test_missing_ids_and_those_of_another_workout_or_organization_are_refused_and_nothing_is_written(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    sibling = await create(api, organization, section(movement(await world.exercise_id("back-squat"))))
    _, foreign, foreign_tree = await created_tree(api, world, 1)
    before = [await versions(owner, workout) for workout in (id, sibling["id"], foreign)]
    for node in (sent_back(sibling["sections"])[0], foreign_tree[0], {**sent[0], "id": NO_ID}):
        row = node["movements"][0]
        alone = {key: value for key, value in node.items() if key != "id"}
        assert await api.refusals(SET, organization.coach, id=id, sections=[{**node, "movements": []}]) == [
            ("INVALID_INPUT", ["sections", "0", "id"])
        ]
        if row["id"] != sent[0]["movements"][0]["id"]:
            assert await api.refusals(SET, organization.coach, id=id, sections=[alone]) == [
                ("INVALID_INPUT", ["sections", "0", "movements", "0", "id"])
            ]
    assert [await versions(owner, workout) for workout in (id, sibling["id"], foreign)] == before


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
async def test_an_id_sent_twice_is_refused(api: Api, world: World, owner: Pool, spelling: Any) -> None:
    organization, id, sent = await created_tree(api, world, 1, 1)
    before = await versions(owner, id)
    row = sent[0]["movements"][0]
    again = {**row, "id": spelling(row["id"])}
    for tree, path in (
        ([section(row, again)], ["0", "movements", "1"]),
        ([section(row), section(again)], ["1", "movements", "0"]),
        ([{**sent[0], "movements": []}, {**sent[1], "id": spelling(sent[0]["id"]), "movements": []}], ["1"]),
    ):
        refused = await api.refusals(SET, organization.coach, id=id, sections=tree)
        assert refused == [("INVALID_INPUT", ["sections", *path, "id"])]
    assert await versions(owner, id) == before


async def test_an_empty_id_is_refused_and_makes_no_new_row(api: Api, world: World, owner: Pool) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    await comment(api, organization.coach, sent[0]["movements"][0]["id"], "Do not lose me")
    before = await versions(owner, id)
    tree = [{**sent[0], "movements": [{**sent[0]["movements"][0], "id": ""}]}]
    path = ["sections", "0", "movements", "0", "id"]
    assert await api.refusals(SET, organization.coach, id=id, sections=tree) == [("INVALID_INPUT", path)]
    assert await versions(owner, id) == before


async def test_a_null_id_makes_a_new_row(api: Api, world: World) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    tree = [{**sent[0], "id": None, "movements": [{**sent[0]["movements"][0], "id": None}]}]
    answered = (await replace(api, organization.coach, id, tree))["sections"]
    assert answered[0]["id"] != sent[0]["id"]
    assert movement_ids(answered) != movement_ids(sent)


async def test_a_section_sent_with_its_id_is_replaced_whole_and_absent_values_are_cleared(
    api: Api, world: World
) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    row = sent[0]["movements"][0]
    full = {"id": sent[0]["id"], "shape": "AMRAP", "config": {"capSeconds": 60}, "type": "SKILL", "description": "D"}
    changed = [{**full, "movements": [{**row, "notes": "N", "prescription": {"sets": 3}}]}]
    node = (await replace(api, organization.coach, id, changed))["sections"][0]
    assert (node["title"], node["shape"], node["type"], node["description"]) == (
        None,
        "AMRAP",
        "SKILL",
        "D",
    )
    bare = section(movement(row["exerciseId"], id=row["id"]), id=node["id"])
    node = (await replace(api, organization.coach, id, [bare]))["sections"][0]
    assert [node[key] for key in ("type", "shape", "config", "description")] == ["MAIN", None, None, None]
    assert [node["movements"][0][key] for key in ("label", "notes", "prescription")] == [None, None, None]


async def test_a_movement_sent_with_its_id_may_take_another_exercise_and_retains_its_comments(
    api: Api, world: World
) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    row, press = sent[0]["movements"][0], await world.exercise_id("push-ups")
    await comment(api, organization.coach, row["id"], "Hm")
    answered = (await replace(api, organization.coach, id, [section({**row, "exerciseId": press})]))["sections"]
    changed = answered[0]["movements"][0]
    assert (changed["id"], changed["exercise"]["exercise"]["id"]) == (row["id"], press)
    assert [x["body"] for x in changed["comments"]] == ["Hm"]


async def test_replacing_a_tree_sets_the_workouts_updated_at_and_no_other_column(api: Api, world: World) -> None:
    organization, id, _ = await created_tree(api, world, 1)
    await api.run(UPDATE, organization.coach, id=id, input={"title": "New", "timeCap": 7, "scoring": "TIME"})
    before = await read(api, organization.coach, id)
    after = await replace(api, organization.coach, id, [])
    assert before is not None and after["updatedAt"] > before["updatedAt"]
    assert after == {**before, "sections": [], "updatedAt": after["updatedAt"]}


async def test_a_refused_tree_leaves_the_stored_one_unchanged(api: Api, world: World, owner: Pool) -> None:
    organization, id, sent = await created_tree(api, world, 2, 1)
    before = await versions(owner, id)
    bad = [sent[1], section(movement(sent[0]["movements"][0]["exerciseId"]), movement(NO_ID))]
    refused = await api.refusals(SET, organization.coach, id=id, sections=bad)
    assert refused == [("EXERCISE_NOT_VISIBLE", ["sections", "1", "movements", "1", "exerciseId"])]
    assert await versions(owner, id) == before


@pytest.mark.parametrize("id", ["", "none", NO_ID])
async def test_the_tree_of_a_missing_workout_cannot_be_replaced(api: Api, world: World, id: str) -> None:
    organization = await world.organization()
    code = "NOT_FOUND" if id == NO_ID else "INVALID_INPUT"
    assert await api.refusals(SET, organization.coach, id=id, sections=[]) == [(code, ["workoutId"])]
