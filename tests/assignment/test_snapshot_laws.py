"""Properties of forks, and of trees sent through an assignment, for random trees with threads and files."""

from typing import Any  # inputs and answers are JSON

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.assignment.snapshots import (
    MOVE_FOR,
    SET_FOR,
    assigned,
    content,
    edited,
    facts,
    full_row,
    moved,
    own_columns,
    planned,
    replaced,
    rows_of,
    snapshot_of,
    snapshots_of,
    store_rows,
    stored,
    tree_of,
)
from tests.conftest import Api, Counter, Organization, World
from tests.workout.documents import (
    SET,
    Json,
    Pool,
    comment,
    create,
    movement,
    movement_ids,
    read_tree,
    replace,
    section,
    sent_back,
)
from tests.workout.test_tree_laws import TREES, with_ids

LAW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXT = st.sampled_from([None, "", " x ", "סט", "💪", "a\nb", "\\", "'"])
BODY = st.sampled_from(["Hm", "שלום", " a\n"])
SEEN = st.fixed_dictionaries({"deleted": st.sampled_from([False, False, False, True]), "minute": st.integers(0, 2)})
PRESCRIPTIONS = st.sampled_from([None, {}, {"sets": 3, "load": {"unit": "kg", "value": 2.50}}, {"unknown": [None, 1]}])


def node(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """A row that may be deleted and may tie with others in time, with more values."""
    return st.builds(lambda seen, values: {**seen, **values}, SEEN, st.fixed_dictionaries(values))


FILE = node(kind=st.sampled_from(["image", "video"]), thumb_url=st.sampled_from([None, "thumbs/x.jpg"]))
REPLY = node(body=BODY, by=st.integers(0, 1), files=st.lists(FILE, max_size=2))
COMMENT = node(
    body=BODY,
    by=st.integers(0, 1),
    files=st.lists(FILE, max_size=2),
    replies=st.lists(REPLY, max_size=3),
)
MOVEMENT = node(
    order=st.integers(0, 2),
    prescription=PRESCRIPTIONS,
    notes=TEXT,
    label=st.sampled_from([None, "A", ""]),
    comments=st.lists(COMMENT, max_size=3),
)
SECTION = node(
    order=st.integers(0, 2),
    title=TEXT,
    config=st.sampled_from([None, {}, {"rounds": 3, "cap_seconds": None}]),
    movements=st.lists(MOVEMENT, max_size=3),
)
PLANTED = st.fixed_dictionaries(
    {
        "title": TEXT,
        "description": TEXT,
        "scoring": st.sampled_from(["time", "none"]),
        "mode": st.sampled_from(["structured", "freeform"]),
        "time_cap": st.sampled_from([None, 1, 90]),
        "sections": st.lists(SECTION, max_size=3),
    }
)


async def stored_tree(world: World, owner: Pool, values: Json) -> tuple[Organization, str]:
    """An organization, and the id of a generated workout in it."""
    organization = await world.organization()
    tables = rows_of(organization, await world.exercise_id("back-squat"), values)
    await store_rows(owner, tables)
    return organization, tables["workouts"][0]["id"]


def tied(below: str, rows: list[Json]) -> list[Json]:
    """Six rows that tie in their order and hold others below them."""
    return [
        {"order": 0, "prescription": None, "config": None, "by": 0, "title": name, "label": name, "notes": None}
        | {"body": name, "files": [], below: rows}
        for name in "ABCDEF"
    ]


TIED: Json = {
    "title": "Tied", "description": None, "scoring": "none", "mode": "freeform", "time_cap": None,
    "sections": tied("movements", tied("comments", tied("replies", []))[:3]),
}  # fmt: skip


@LAW
@example(values=TIED)
@given(values=PLANTED)
async def test_a_fork_equals_its_source_in_every_stored_column_but_the_ids(
    api: Api, world: World, owner: Pool, values: Json
) -> None:
    organization, id = await stored_tree(world, owner, values)
    (for_member,) = await assigned(api, organization.coach, id, organization.member)
    before = await stored(owner, id)
    copy = (await edited(api, organization.coach, id, for_member))["id"]
    assert await snapshots_of(owner, id) == [copy]
    source, copied = await content(owner, id), await content(owner, copy)
    assert tree_of(*copied) == tree_of(*source)
    assert (copied[0]["is_snapshot"], copied[0]["forked_from_id"]) == (True, id)
    assert all(row["deleted_at"] is None for rows in copied[1].values() for row in rows)
    ids = [{row["id"] for rows in tables.values() for row in rows} for _, tables in (source, copied)]
    assert ids[0].isdisjoint(ids[1])
    for table in ("sections", "movements"):
        sources = {row["id"]: own_columns(row) for row in source[1][table]}
        assert all(own_columns(row) == sources[row["forked_from_id"]] for row in copied[1][table])
    assert await stored(owner, id) == before


EDIT = st.tuples(
    st.sampled_from(["own", "tree", "library tree", "movement", "library movement", "fault", "comment"]),
    st.integers(0, 1),
    st.integers(0, 5),
)


async def edit(
    api: Api, owner: Pool, organization: Organization, library: Json, for_: str, kind: str, number: int
) -> None:
    """One edit through an assignment; some are refused, such as those by the ids of rows that went before."""
    coach, id = organization.coach, library["id"]
    current = await snapshot_of(owner, for_) or id
    own = sent_back(await read_tree(api, coach, current))
    sent = sent_back(library["sections"]) if kind.startswith("library") else own
    rows = [row for node in sent for row in node["movements"]]
    values: Json = {"id": current if number % 2 else id, "for": for_}
    if kind == "own":
        await edited(api, coach, values["id"], for_, title=str(number), description=None)
    elif kind.endswith("tree"):
        turned = [{**node, "movements": node["movements"][::-1][number % 2 :]} for node in sent[::-1]]
        await api.post(SET_FOR, coach, **values, sections=turned[: number or None])
    elif kind == "fault":
        assert await api.refusals(SET_FOR, coach, **values, sections=[section(movement(id))]) != []
    elif kind == "comment" and current != id and rows:
        await comment(api, coach, rows[0]["id"], "Hm")
    elif rows:
        await api.post(MOVE_FOR, coach, **{**values, "id": rows[number % len(rows)]["id"]}, input={"notes": "N"})


@LAW
@given(tree=TREES, edits=st.lists(EDIT, min_size=1, max_size=6))
async def test_no_sequence_of_edits_through_assignments_changes_a_byte_of_the_library_workout_or_records_a_fact(
    api: Api, world: World, owner: Pool, tree: list[Json], edits: list[tuple[str, int, int]]
) -> None:
    organization = await world.organization()
    library = await create(api, organization, *await with_ids(world, tree), title="Library")
    for node in library["sections"]:
        for row in node["movements"][:1]:
            comment_id = await comment(api, organization.coach, row["id"], "Top")
            await comment(api, organization.coach, row["id"], "Reply", comment_id)
    pair = (organization.member, organization.coach)
    batch = await assigned(api, organization.coach, library["id"], *pair)
    before = await stored(owner, library["id"]), await facts(owner, organization)
    for kind, which, number in edits:
        other = await snapshot_of(owner, batch[1 - which])
        beside = await stored(owner, other) if other else []
        await edit(api, owner, organization, library, batch[which], kind, number)
        assert (await stored(owner, library["id"]), await facts(owner, organization)) == before
        assert (await stored(owner, other) if other else []) == beside
    copies = [copy for id in batch if (copy := await snapshot_of(owner, id))]
    assert sorted(copies) == await snapshots_of(owner, library["id"])


def threads(sections: list[Json]) -> list[list[list[tuple[str, list[str]]]]]:
    """The threads under each movement of each section."""
    return [
        [
            [(top["body"], [reply["body"] for reply in top["replies"]]) for top in row["comments"]]
            for row in p["movements"]
        ]
        for p in sections
    ]


@LAW
@given(data=st.data(), sizes=st.lists(st.integers(0, 3), min_size=1, max_size=3))
async def test_a_permutation_of_library_ids_sent_through_an_assignment_retains_every_thread_of_the_copies(
    api: Api, world: World, owner: Pool, data: st.DataObject, sizes: list[int]
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    coach = organization.coach
    made = await create(api, organization, *(section(*[movement(squat)] * size) for size in sizes))
    rows = [row for node in sent_back(made["sections"]) for row in node["movements"]]
    for row in rows:
        top = await comment(api, coach, row["id"], row["id"])
        await comment(api, coach, row["id"], f"Reply to {row['id']}", top)
    (id,) = await assigned(api, coach, made["id"], organization.member)
    before = await stored(owner, made["id"])
    for _ in range(2):
        order = data.draw(st.permutations(rows))
        cut = data.draw(st.integers(0, len(order)))
        tree = [section(*order[:cut]), section(*order[cut:], id=made["sections"][0]["id"])]
        answered = (await replaced(api, coach, made["id"], id, tree))["sections"]
        assert threads(answered) == [[[(row, [f"Reply to {row}"])] for row in node] for node in movement_ids(tree)]
        again = (await replaced(api, coach, made["id"], id, sent_back(answered)))["sections"]
        assert again == answered
    assert await stored(owner, made["id"]) == before


@LAW
@given(tree=TREES)
async def test_a_tree_sent_back_unchanged_writes_no_row_and_no_fact_and_a_changed_one_writes_one_fact(
    api: Api, world: World, owner: Pool, tree: list[Json]
) -> None:
    organization = await world.organization()
    made = await create(api, organization, *await with_ids(world, tree))
    before = await stored(owner, made["id"])
    assert await facts(owner, organization) == [made["id"]]
    await replace(api, organization.coach, made["id"], sent_back(made["sections"]))
    assert await stored(owner, made["id"]) == before
    assert await facts(owner, organization) == [made["id"]]
    changed = [*sent_back(made["sections"]), section(title="One more")]
    once = await replace(api, organization.coach, made["id"], changed)
    assert await facts(owner, organization) == [made["id"]] * 2
    at = await stored(owner, made["id"])
    assert await api.refusals(SET, organization.coach, id=made["id"], sections=sent_back(once["sections"])) == []
    assert await stored(owner, made["id"]) == at
    (id,) = await assigned(api, organization.coach, made["id"], organization.member)
    copy = await edited(api, organization.coach, made["id"], id)
    before = await stored(owner, copy["id"])
    for sent in (once, copy):
        await replaced(api, organization.coach, copy["id"], id, sent_back(sent["sections"]))
    assert await stored(owner, copy["id"]) == before
    assert await facts(owner, organization) == [made["id"]] * 2


async def test_a_fork_takes_as_many_statements_for_200_movements_with_400_comments_as_for_20_without(
    counter: Counter, world: World, owner: Pool
) -> None:
    seen, api = [], counter.api
    for size, comments in ((20, 0), (200, 2)):
        organization, made, first = await planned(api, world, size)
        for row in movement_ids(made["sections"])[0]:
            tables = [full_row(organization, {}, workout_movement_id=row, body="Hm") for _ in range(comments)]
            author = {"author_id": str(organization.coach.id), "by_staff": True}
            await store_rows(owner, {"exercise_comments": [row | author for row in tables]})
        second, third = await assigned(api, organization.coach, made["id"], organization.member, organization.coach)
        with counter.counting() as statements:
            await edited(api, organization.coach, made["id"], first)
        seen.append(len(statements))
        with counter.counting() as statements:
            copy = await replaced(api, organization.coach, made["id"], second, sent_back(made["sections"]))
        seen.append(len(statements))
        with counter.counting() as statements:
            await moved(api, organization.coach, movement_ids(made["sections"])[0][0], third, notes="N")
        seen.append(len(statements))
        assert sum(len(row["comments"]) for row in copy["sections"][0]["movements"]) == size * comments
    assert seen[:3] == seen[3:]
    assert seen[0] > 0
