"""Properties of replacing a tree, for random trees."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Api, Counter, World
from tests.workout.documents import (
    Json,
    Pool,
    comment,
    create,
    movement,
    movement_ids,
    replace,
    section,
    sent_back,
    versions,
)

LAW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SLUGS = ("back-squat", "bench-press", "push-ups", "bird-dog")

CONFIGS = st.sampled_from(
    [
        {},
        {"shape": None, "config": {}},
        {"shape": "LINEAR", "config": None},
        {"shape": "AMRAP", "config": {"capSeconds": 600}},
        {"shape": "EMOM", "config": {"intervalSeconds": 60, "rounds": None}},
        {"shape": "TABATA", "config": {"workSeconds": 20, "restSeconds": 0, "rounds": 8}},
        {"shape": "REP_SCHEME", "config": {"repScheme": [21, 15, 9]}},
    ]
)
TEXT = st.one_of(st.none(), st.sampled_from(["", " x ", "סט", "💪💪", "a\nb", "\\", '"quoted"', "'", "{}", "null"]))
LOAD = st.one_of(
    st.none(),
    st.just({"unit": "BODYWEIGHT"}),
    st.builds(lambda value: {"unit": "KG", "value": value}, st.floats(0, 1000, allow_nan=False)),
)
PRESCRIPTION = st.fixed_dictionaries(
    {},
    optional={
        "sets": st.one_of(st.none(), st.integers(1, 100)),
        "repsMin": st.integers(0, 5),
        "repsMax": st.integers(5, 10),
        "distanceMeters": st.floats(0, 1_000_000, allow_nan=False),
        "amrap": st.one_of(st.none(), st.booleans()),
        "perSide": st.booleans(),
        "load": LOAD,
        "tempo": st.sampled_from([None, "", "3-1-1-0", "x-0-X"]),
        "notes": TEXT,
    },
)
MOVEMENT = st.fixed_dictionaries(
    {"exerciseId": st.sampled_from(SLUGS)},
    optional={"prescription": st.one_of(st.none(), PRESCRIPTION), "notes": TEXT, "label": st.sampled_from(["A", ""])},
)
SECTION = st.builds(
    lambda movements, values, title: {"movements": movements, "title": title, **values},
    st.lists(MOVEMENT, max_size=4),
    CONFIGS,
    TEXT,
)
TREES = st.lists(SECTION, max_size=4)


async def with_ids(world: World, tree: list[Json]) -> list[Json]:
    """The tree with the exercises' ids instead of their slugs."""
    ids = {slug: await world.exercise_id(slug) for slug in SLUGS}
    rows = [[{**row, "exerciseId": ids[row["exerciseId"]]} for row in node["movements"]] for node in tree]
    return [{**node, "movements": movements} for node, movements in zip(tree, rows, strict=True)]


def without_ids(sections: list[Json]) -> list[Json]:
    """The tree without the ids of its rows."""
    return [{**node, "id": None, "movements": [{**row, "id": None} for row in node["movements"]]} for node in sections]


@LAW
@given(old=TREES, new=TREES)
async def test_replacing_twice_with_the_same_tree_equals_once(
    api: Api, world: World, old: list[Json], new: list[Json]
) -> None:
    organization = await world.organization()
    made = await create(api, organization, *await with_ids(world, old))
    tree = await with_ids(world, new)
    once = await replace(api, organization.coach, made["id"], tree)
    twice = await replace(api, organization.coach, made["id"], tree)
    assert without_ids(twice["sections"]) == without_ids(once["sections"])
    fresh = await create(api, organization, *tree)
    assert without_ids(once["sections"]) == without_ids(fresh["sections"])


@LAW
@given(tree=TREES)
async def test_a_tree_sent_back_as_it_was_answered_writes_nothing(
    api: Api, world: World, owner: Pool, tree: list[Json]
) -> None:
    organization = await world.organization()
    made = await create(api, organization, *await with_ids(world, tree))
    before = await versions(owner, made["id"])
    for _ in range(2):
        answered = await replace(api, organization.coach, made["id"], sent_back(made["sections"]))
        assert answered == made
    assert await versions(owner, made["id"]) == before


@LAW
@given(data=st.data(), sizes=st.lists(st.integers(0, 3), min_size=1, max_size=4), count=st.integers(1, 4))
async def test_comments_survive_any_permutation_of_movements_over_sections(
    api: Api, world: World, data: st.DataObject, sizes: list[int], count: int
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, *(section(*[movement(squat)] * size) for size in sizes))
    sent = sent_back(made["sections"])
    rows = [row for node in sent for row in node["movements"]]
    comment_ids = {row["id"]: [await comment(api, organization.coach, row["id"], row["id"])] for row in rows}
    order = data.draw(st.permutations(rows))
    targets = [data.draw(st.integers(0, count - 1)) for _ in order]
    retained = data.draw(st.lists(st.sampled_from(sent), unique_by=lambda node: node["id"], max_size=count))
    heads: list[Json] = [{"id": node["id"]} for node in retained] + [{} for _ in range(count - len(retained))]
    heads = data.draw(st.permutations(heads))
    tree = [
        section(*[row for row, at in zip(order, targets, strict=True) if at == target], **head)
        for target, head in enumerate(heads)
    ]
    answered = (await replace(api, organization.coach, made["id"], tree))["sections"]
    assert movement_ids(answered) == movement_ids(tree)
    for node, head in zip(answered, heads, strict=True):
        assert head.get("id") in (None, node["id"])
    shown = {row["id"]: [each["id"] for each in row["comments"]] for node in answered for row in node["movements"]}
    assert shown == comment_ids


async def test_replacing_a_tree_takes_as_many_statements_for_400_movements_as_for_one(
    counter: Counter, world: World
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    seen = []
    for count, row_count in ((1, 1), (10, 40)):
        made = await create(counter.api, organization)
        with counter.counting() as statements:
            await replace(
                counter.api, organization.coach, made["id"], [section(*[movement(squat)] * row_count)] * count
            )
        seen.append(len(statements))
        with counter.counting() as statements:
            await replace(
                counter.api, organization.coach, made["id"], [section(*[movement(squat)] * row_count)] * count
            )
        seen.append(len(statements))
    assert (seen[0], seen[1]) == (seen[2], seen[3]), seen
