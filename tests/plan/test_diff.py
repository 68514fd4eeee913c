"""The differences between versions in words, and laws of the comparison."""

import random
from itertools import combinations
from typing import Any  # values of rows
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.plan.rules_diff import (
    PlanChangeKind,
    State,
    amount,
    changed_text,
    changes_between,
    duration,
    longest_increasing,
)
from kinegraph.plan.rules_tree import Tree, order_sessions
from tests.conftest import Api, Counter, Organization
from tests.plan.documents import PUBLISH, UPDATE, Json, create, edit, exercise, sent_back, session
from tests.plan.test_plans import own_exercise

DIFF = """query ($id: ID!, $from: Int!, $to: Int) { treatmentPlan(id: $id) { diff(from: $from, to: $to) {
  fromVersion { number } toVersion { number } changeCount
  changes { kind sentence week day sourceId exercise { name } }
} } }"""


async def differences(api: Api, gym: Organization, id: str, older: int, newer: int | None = None) -> Any:
    """The differences between two versions, or to the working copy."""
    found = await api.run(DIFF, gym.coach, id=id, **{"from": older, "to": newer})
    return found["treatmentPlan"]["diff"]


async def sentences(api: Api, gym: Organization, plan: Json, sessions: list[Json], **values: Any) -> list[str]:
    """The sentences of the differences that an edit of a published plan makes."""
    await edit(api, UPDATE, gym.coach, id=plan["id"], sessions=sessions, **values)
    return [each["sentence"] for each in (await differences(api, gym, plan["id"], 1))["changes"]]


@pytest.fixture
async def slide(api: Api, gym: Organization) -> str:
    """The id of an exercise that is called Wall Slide."""
    return await own_exercise(api, gym, name="Wall Slide")


@pytest.fixture
async def clams(api: Api, gym: Organization) -> str:
    """The id of an exercise that is called Clams."""
    return await own_exercise(api, gym, name="Clams")


@pytest.fixture
async def plan(api: Api, gym: Organization, slide: str, clams: str) -> Json:
    """A published plan of two sessions, the first of two exercises."""
    made = await create(
        api,
        gym,
        session(2, 3, exercise(slide), exercise(clams, durationSeconds=30), title="Strength"),
        session(3, 1, exercise(slide, sets=2, holdSeconds=5, restSeconds=60, notes="Slowly")),
    )
    await api.run(PUBLISH, gym.coach, input={"id": made["id"]})
    return made


async def test_changed_amounts_are_said_by_week_day_and_exercise(api: Api, gym: Organization, plan: Json) -> None:
    first, second = sent_back(plan)
    first["exercises"][0]["reps"] = 12
    first["exercises"][1].update(sets=2, perSide=True)
    second["exercises"][0].update(holdSeconds=None, restSeconds=150, notes="Slowly, slowly")
    assert await sentences(api, gym, plan, [first, second]) == [
        "Week 2, day 3: Wall Slide from 3 × 10 to 3 × 12.",
        "Week 2, day 3: Clams from 30 s to 2 × 30 s, now on each side.",
        (
            "Week 3, day 1: Wall Slide, hold of 5 s removed, rest from 60 s to 2 min 30 s, "
            'notes from "Slowly" to "Slowly, slowly".'
        ),
    ]


async def test_what_was_added_removed_moved_and_replaced_is_said_at_its_place(
    api: Api, gym: Organization, plan: Json, clams: str
) -> None:
    first, second = sent_back(plan)
    moved, stays = first["exercises"]
    second["exercises"][0]["exerciseId"] = clams
    tree = [
        {**first, "exercises": [exercise(clams, durationSeconds=90), stays]},
        {**second, "day": 2, "title": "Mobility", "exercises": [*second["exercises"], moved]},
        session(4, 1, exercise(clams)),
    ]
    assert await sentences(api, gym, plan, tree, title="Hip", weeks=6, description="New") == [
        'Title from "Knee programme" to "Hip".',
        'Description "New" added.',
        "Length from 8 to 6 weeks.",
        "Week 2, day 3: Clams 90 s added.",
        'Week 3, day 2: session "Mobility" moved here from week 3, day 1.',
        'Week 3, day 2: session called "Mobility".',
        "Week 3, day 2: Wall Slide replaced by Clams.",
        "Week 3, day 2: Wall Slide moved here from week 2, day 3.",
        "Week 4, day 1: session added.",
        "Week 4, day 1: Clams 3 × 10 added.",
    ]


async def test_a_removed_session_is_said_with_its_exercises_and_a_new_order_with_the_places(
    api: Api, gym: Organization, plan: Json
) -> None:
    first, _ = sent_back(plan)
    first["exercises"].reverse()
    found = await sentences(api, gym, plan, [first])
    assert found[0] in (
        "Week 2, day 3: Wall Slide moved from place 1 to 2.", "Week 2, day 3: Clams moved from place 2 to 1.",
    )  # fmt: skip
    assert found[1:] == ["Week 3, day 1: session removed.", "Week 3, day 1: Wall Slide 2 sets removed."]


async def test_versions_and_the_working_copy_are_compared_both_ways(
    api: Api, gym: Organization, plan: Json, slide: str
) -> None:
    first, second = sent_back(plan)
    await edit(api, UPDATE, gym.coach, id=plan["id"], sessions=[first])
    await api.run(PUBLISH, gym.coach, input={"id": plan["id"]})
    forward = await differences(api, gym, plan["id"], 1, 2)
    assert (forward["fromVersion"], forward["toVersion"]) == ({"number": 1}, {"number": 2})
    source = second["exercises"][0]["id"]
    gone = {
        "kind": "EXERCISE_REMOVED", "sentence": "Week 3, day 1: Wall Slide 2 sets removed.", "week": 3, "day": 1,
        "sourceId": source, "exercise": {"name": "Wall Slide"},
    }  # fmt: skip
    assert forward["changeCount"] == 2 and forward["changes"][1] == gone
    assert [each["kind"] for each in (await differences(api, gym, plan["id"], 2, 1))["changes"]] == [
        "SESSION_ADDED", "EXERCISE_ADDED",
    ]  # fmt: skip
    same = await differences(api, gym, plan["id"], 2)
    assert same == {"fromVersion": {"number": 2}, "toVersion": None, "changeCount": 0, "changes": []}


async def test_a_version_that_is_not_there_is_refused_at_its_argument(api: Api, gym: Organization, plan: Json) -> None:
    for older, newer, field, code in (
        (2, 1, "from", "NOT_FOUND"), (1, 2, "to", "NOT_FOUND"), (0, 1, "from", "INVALID_INPUT"),
        (1, 501, "to", "INVALID_INPUT"),
    ):  # fmt: skip
        body = (await api.post(DIFF, gym.coach, id=plan["id"], **{"from": older, "to": newer})).json()
        assert [(e["extensions"]["code"], e["extensions"]["field"]) for e in body["errors"]] == [(code, [field])]


async def test_comparisons_of_many_plans_take_as_many_statements_as_one(
    counter: Counter, gym: Organization, plan: Json, slide: str
) -> None:
    text = """query ($id: ID!, $first: Int) { organization(id: $id) { treatmentPlans(first: $first) {
      nodes { diff(from: 1) { changeCount changes { sentence exercise { name } } } }
    } } }"""
    other = await create(counter.api, gym, *(session(week, 1, exercise(slide)) for week in range(1, 9)))
    await counter.api.run(PUBLISH, gym.coach, input={"id": other["id"]})
    for each in (plan, other):
        await edit(counter.api, UPDATE, gym.coach, id=each["id"], sessions=[])
    counts = []
    for first in (1, 2):
        with counter.counting() as statements:
            await counter.api.run(text, gym.coach, id=str(gym.id), first=first)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((3, 10, None), "3 × 10"),
        ((3, None, 30), "3 × 30 s"),
        ((3, 10, 150), "3 × 10 in 2 min 30 s"),
        ((1, None, None), "1 set"),
        ((None, None, 120), "2 min"),
        ((None, 5, 60), "5 in 60 s"),
    ],
)
def test_amounts_are_written_as_clinicians_write_them(values: tuple[int | None, ...], words: str) -> None:
    assert amount(dict(zip(("sets", "reps", "duration_seconds"), values, strict=True))) == words


def test_durations_are_in_seconds_up_to_two_minutes() -> None:
    assert [duration(seconds) for seconds in (1, 119, 120, 3_600)] == ["1 s", "119 s", "2 min", "60 min"]


# ------------------------------------------------------------------------------------------------ laws

IDS = [UUID(int=number) for number in range(1, 40)]


@st.composite
def states(draw: st.DrawFn) -> State:
    """A state of a plan with some of the same sources as others."""
    random_ = random.Random(draw(st.integers(0, 2**32)))
    sessions: list[dict[str, Any]] = [
        {"id": id, "week": random_.randint(1, 3), "day": random_.randint(1, 2), "title": random_.choice((None, "A"))}
        for id in random_.sample(IDS[:6], random_.randint(0, 6))
    ]
    order_sessions(sessions)
    exercises: list[dict[str, Any]] = []
    places: dict[UUID, int] = {}
    for id in random_.sample(IDS[6:16], random_.randint(0, 10)) if sessions else ():
        session_id = random_.choice(sessions)["id"]
        places[session_id] = places.get(session_id, -1) + 1
        exercises.append(
            {
                "id": id, "session_id": session_id, "exercise_id": random_.choice(IDS[30:32]),
                "sort_order": places[session_id], "sets": random_.randint(1, 2), "reps": None,
                "duration_seconds": None, "hold_seconds": None, "rest_seconds": random_.choice((None, 30)),
                "per_side": random_.random() < 0.5, "notes": None,
            }
        )  # fmt: skip
    return State(random_.choice("ab"), None, random_.randint(3, 4), Tree(sessions, exercises))


def rows(state: State) -> Any:
    """The rows of a state, in no order."""
    return (
        sorted(state.tree.sessions, key=lambda row: row["id"]),
        sorted(state.tree.exercises, key=lambda row: row["id"]),
        (state.title, state.weeks),
    )


def sources(state: State, kind: PlanChangeKind, other: State) -> set[UUID | None]:
    """The sources of the changes of a kind from another state to this one."""
    return {change.source_id for change in changes_between(other, state, {}) if change.kind is kind}


@given(states(), states())
def test_two_states_are_equal_if_and_only_if_nothing_differs(old: State, new: State) -> None:
    """Positions are compared relatively: rows that were added or removed move no other row."""
    found = changes_between(old, new, {})
    if rows(old) == rows(new):
        assert found == []
    else:
        assert found != []
    assert changes_between(old, old, {}) == []


@given(states(), states())
def test_what_is_added_one_way_is_removed_the_other_way_and_moves_are_the_same(old: State, new: State) -> None:
    kinds = PlanChangeKind
    for added, removed in (
        (kinds.SESSION_ADDED, kinds.SESSION_REMOVED),
        (kinds.EXERCISE_ADDED, kinds.EXERCISE_REMOVED),
    ):
        assert sources(new, added, old) == sources(old, removed, new)
    for kind in (kinds.SESSION_RENAMED, kinds.EXERCISE_REPLACED, kinds.EXERCISE_CHANGED):
        assert sources(new, kind, old) == sources(old, kind, new)
    for kind in (kinds.SESSION_MOVED, kinds.EXERCISE_MOVED):
        assert len(sources(new, kind, old)) == len(sources(old, kind, new))


@given(st.permutations(range(7)))
def test_as_few_rows_as_can_be_are_moved(order: list[int]) -> None:
    """The rows that stay are a longest increasing subsequence, found here by trying all subsets."""
    stays = longest_increasing(order)
    in_order = [order[index] for index in sorted(stays)]
    assert in_order == sorted(in_order)
    assert len(stays) == max(n for n in range(8) if any(list(s) == sorted(s) for s in combinations(order, n)))


@given(states(), st.integers(0, 2**32))
def test_an_exercise_that_is_put_first_moves_no_other(state: State, seed: int) -> None:
    if not state.tree.sessions:
        return
    session_id = random.Random(seed).choice(state.tree.sessions)["id"]
    pushed = [
        {**row, "sort_order": row["sort_order"] + (row["session_id"] == session_id)} for row in state.tree.exercises
    ]
    first = {
        "id": IDS[38], "session_id": session_id, "exercise_id": IDS[30], "sort_order": 0, "sets": 1, "reps": 1,
        "duration_seconds": None, "hold_seconds": None, "rest_seconds": None, "per_side": False, "notes": None,
    }  # fmt: skip
    new = State(state.title, state.description, state.weeks, Tree(state.tree.sessions, [first, *pushed]))
    assert [change.kind for change in changes_between(state, new, {})] == [PlanChangeKind.EXERCISE_ADDED]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (None, "x" * 81, f'notes "{"x" * 80}…" added'),
        ("Slowly\n and  long", None, 'notes "Slowly and long" removed'),
        ("a b", "a\nb", "notes changed in white space alone"),
        (
            "y" * 100 + " once a day",
            "y" * 100 + " twice a day",
            f'notes from "…{"y" * 19} once a day" to "…{"y" * 19} twice a day"',
        ),
        ("z" * 200, "w" + "z" * 200, f'notes from "{"z" * 80}…" to "w{"z" * 79}…"'),
    ],
)
def test_texts_are_shown_cut_from_their_first_difference_on(old: str | None, new: str | None, words: str) -> None:
    """Two long texts that begin alike never look the same."""
    assert changed_text("notes", old, new) == words
