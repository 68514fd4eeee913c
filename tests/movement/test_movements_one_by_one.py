"""Adding, moving and removing movements beside the whole tree."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.workout.rules_tree import MAX_MOVEMENTS
from tests.assignment.snapshots import assigned, facts, snapshots_of, stored
from tests.conftest import Api, Counter, Organization, World
from tests.movement.documents import ADD, MOVE, REMOVE, by_label, labels, sent
from tests.workout.documents import NO_ID, Json, Pool, comment, create, movement, read, read_tree, row_state, section


async def tree(api: Api, world: World, *groups: str) -> tuple[Organization, Json]:
    """A workout with a section for each text, whose letters are the labels of its movements."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    sections = [section(*[movement(squat, label=letter) for letter in group], title=group[:9]) for group in groups]
    return organization, await create(api, organization, *sections)


async def test_a_movement_is_added_at_a_position_or_beside_another_or_at_the_end(api: Api, world: World) -> None:
    organization, made = await tree(api, world, "AB", "")
    coach, press, ids = organization.coach, await world.exercise_id("bench-press"), by_label(made)
    first, second = (node["id"] for node in made["sections"])
    for place, expected in (
        ({"sectionId": first, "position": 0}, [["1", "A", "B"], []]),
        ({"sectionId": first, "position": 2**31 - 1}, [["1", "A", "B", "2"], []]),
        ({"sectionId": second}, [["1", "A", "B", "2"], ["3"]]),
        ({"beforeMovementId": ids["B"]}, [["1", "A", "4", "B", "2"], ["3"]]),
        ({"sectionId": first, "afterMovementId": ids["B"]}, [["1", "A", "4", "B", "5", "2"], ["3"]]),
    ):
        label = str(len([*by_label(made)]) - 1)
        added = await sent(api, ADD, coach, exerciseId=press, label=label, prescription={"sets": 3}, **place)
        made = added["workout"]
        assert labels(made) == expected
        assert added["movement"]["id"] == by_label(made)[label]
    assert made == await read(api, coach, made["id"])
    assert await sent(api, REMOVE, coach, movementId=by_label(made)["1"])


async def test_a_movement_moves_within_and_between_sections_with_its_comments(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made = await tree(api, world, "ABC", "DE")
    coach, ids, second = organization.coach, by_label(made), made["sections"][1]["id"]
    said = await comment(api, coach, ids["A"], "Slowly")
    for place, expected in (
        ({}, ["BCA", "DE"]),
        ({"position": 1}, ["BAC", "DE"]),
        ({"afterMovementId": ids["D"]}, ["BC", "DAE"]),
        ({"sectionId": second, "beforeMovementId": ids["D"]}, ["BC", "ADE"]),
        ({"sectionId": second, "position": 0}, ["BC", "ADE"]),
        ({"sectionId": made["sections"][0]["id"]}, ["BCA", "DE"]),
    ):
        moved = await sent(api, MOVE, coach, movementId=ids["A"], **place)
        assert labels(moved["workout"]) == [[*group] for group in expected]
        assert moved["movement"]["id"] == ids["A"]
    assert await row_state(owner, "exercise_comments", said) == "live"
    (row,) = [row for row in moved["workout"]["sections"][0]["movements"] if row["id"] == ids["A"]]
    assert [one["id"] for one in row["comments"]] == [said]


async def test_a_move_to_where_it_stands_writes_nothing(api: Api, world: World, owner: Pool) -> None:
    organization, made = await tree(api, world, "AB")
    before, ids = await stored(owner, made["id"]), by_label(made)
    for place in ({"position": 0}, {"beforeMovementId": ids["B"]}):
        moved = await sent(api, MOVE, organization.coach, movementId=ids["A"], **place)
        assert moved["workout"] == made
    assert await stored(owner, made["id"]) == before
    assert await facts(owner, organization) == [made["id"]]


async def test_a_removed_movement_closes_its_gap_and_is_hidden_where_it_has_comments(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made = await tree(api, world, "ABC")
    coach, ids = organization.coach, by_label(made)
    await comment(api, coach, ids["B"], "Hm")
    for label, state, left in (("A", "gone", ["B", "C"]), ("B", "hidden", ["C"]), ("C", "gone", [])):
        removed = await sent(api, REMOVE, coach, movementId=ids[label])
        assert (removed["deletedId"], labels(removed["workout"])) == (ids[label], [left])
        assert await row_state(owner, "workout_movements", ids[label]) == state
    assert await api.refusals(REMOVE, coach, input={"movementId": ids["B"]}) == [("NOT_FOUND", ["input", "movementId"])]


async def test_what_is_no_place_is_refused_with_its_path(api: Api, world: World, owner: Pool) -> None:
    organization, made = await tree(api, world, "AB", "C")
    coach, ids, (first, _) = organization.coach, by_label(made), [node["id"] for node in made["sections"]]
    _, other = await tree(api, world, "X")
    press, strange = await world.exercise_id("bench-press"), by_label(other)["X"]
    before = await stored(owner, made["id"])
    refused: list[tuple[Json, str, list[str]]] = [
        ({"position": -1}, "INVALID_INPUT", ["input", "position"]),
        ({"position": 0, "afterMovementId": ids["B"]}, "INVALID_INPUT", ["input"]),
        ({"beforeMovementId": ids["A"]}, "INVALID_INPUT", ["input", "beforeMovementId"]),
        ({"sectionId": first, "afterMovementId": ids["C"]}, "NOT_FOUND", ["input", "afterMovementId"]),
        ({"beforeMovementId": strange}, "NOT_FOUND", ["input", "beforeMovementId"]),
        ({"sectionId": other["sections"][0]["id"]}, "NOT_FOUND", ["input", "sectionId"]),
    ]
    for place, code, path in refused:
        assert await api.refusals(MOVE, coach, input={"movementId": ids["A"], **place}) == [(code, path)], place
    for values, code, path in (
        ({"exerciseId": press}, "INVALID_INPUT", ["input", "sectionId"]),
        ({"sectionId": first, "exerciseId": NO_ID}, "EXERCISE_NOT_VISIBLE", ["input", "exerciseId"]),
        ({"sectionId": first, "exerciseId": press, "label": "x" * 11}, "INVALID_INPUT", ["input", "label"]),
    ):
        assert await api.refusals(ADD, coach, input=values) == [(code, path)], values
    for person in (organization.member, await world.person()):
        found = [
            *await api.refusals(MOVE, person, input={"movementId": ids["A"]}),
            *await api.refusals(REMOVE, person, input={"movementId": ids["A"]}),
            *await api.refusals(ADD, person, input={"sectionId": first, "exerciseId": press}),
        ]
        assert {code for code, _ in found} == {"NOT_FOUND"}
    assert await stored(owner, made["id"]) == before


async def test_the_largest_tree_takes_no_further_movement(api: Api, world: World) -> None:
    organization, made = await tree(api, world, "A" * MAX_MOVEMENTS)
    first = made["sections"][0]
    values = {"sectionId": first["id"], "exerciseId": await world.exercise_id("bench-press")}
    assert await api.refusals(ADD, organization.coach, input=values) == [("INVALID_INPUT", ["input"])]
    await sent(api, REMOVE, organization.coach, movementId=first["movements"][7]["id"])
    assert await sent(api, ADD, organization.coach, **values)


async def test_with_an_assignment_the_copy_is_edited_by_the_librarys_ids(api: Api, world: World, owner: Pool) -> None:
    organization, made = await tree(api, world, "ABC", "")
    coach, ids, press = organization.coach, by_label(made), await world.exercise_id("bench-press")
    (id,) = await assigned(api, coach, made["id"], organization.member)
    before = await stored(owner, made["id"])
    strange = {"movementId": by_label((await tree(api, world, "X"))[1])["X"], "assignmentId": id}
    assert await api.refusals(MOVE, coach, input=strange) == [("NOT_FOUND", ["input", "movementId"])]
    assert await snapshots_of(owner, made["id"]) == []
    moved = await sent(api, MOVE, coach, movementId=ids["A"], afterMovementId=ids["B"], assignmentId=id)
    assert labels(moved["workout"]) == [["B", "A", "C"], []]
    added = await sent(
        api, ADD, coach, sectionId=made["sections"][1]["id"], exerciseId=press, label="N", assignmentId=id
    )
    assert labels(added["workout"]) == [["B", "A", "C"], ["N"]]
    removed = await sent(api, REMOVE, coach, movementId=ids["C"], assignmentId=id)
    assert labels(removed["workout"]) == [["B", "A"], ["N"]]
    assert removed["workout"]["id"] == moved["workout"]["id"] == (await snapshots_of(owner, made["id"]))[0]
    assert await stored(owner, made["id"]) == before
    assert await facts(owner, organization) == [made["id"]]


LAW = settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck])
STEP = st.tuples(st.integers(0, 5), st.integers(0, 1), st.integers(0, 6))


@LAW
@given(steps=st.lists(STEP, max_size=5))
async def test_moves_do_to_a_tree_what_they_do_to_lists(
    api: Api, world: World, steps: list[tuple[int, int, int]]
) -> None:
    organization, made = await tree(api, world, "ABCD", "EF")
    ids, model = by_label(made), [[*"ABCD"], [*"EF"]]
    for which, target, position in steps:
        label = "ABCDEF"[which]
        section_id = made["sections"][target]["id"]
        place = {"movementId": ids[label], "sectionId": section_id, "position": position}
        moved = await sent(api, MOVE, organization.coach, **place)
        next(group for group in model if label in group).remove(label)
        model[target].insert(position, label)
        assert labels(moved["workout"]) == model
    shown = await read_tree(api, organization.coach, made["id"])
    assert labels({"sections": shown}) == model


async def test_each_takes_as_many_statements_for_one_movement_as_for_a_hundred(
    counter: Counter, api: Api, world: World
) -> None:
    press, counts = await world.exercise_id("bench-press"), []
    for size in (3, 100):
        organization, made = await tree(api, world, "A" * size)
        first = made["sections"][0]["movements"][0]["id"]
        with counter.counting() as statements:
            added = await sent(counter.api, ADD, organization.coach, beforeMovementId=first, exerciseId=press)
            await sent(counter.api, MOVE, organization.coach, movementId=added["movement"]["id"])
            await sent(counter.api, REMOVE, organization.coach, movementId=first)
        counts.append(len(statements))
    assert counts[0] == counts[1]
