"""On no day does an accepted substitution give more than the plan, nor more than what was done before it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any  # amounts by column
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.plan.rules_tree import AMOUNTS
from kinegraph.response.rules_amounts import CAPS, MEASURES, NewSubstitution, Substituted, is_less, substituted
from kinegraph.response.rules_options import Basis, answer_of, capped, faults_of

EXERCISES = [uuid4() for _ in range(3)]


def number(most: int) -> st.SearchStrategy[int | None]:
    """A number from 1 on, or none."""
    return st.none() | st.integers(1, most)


SENT = st.fixed_dictionaries(
    {
        "sets": number(6),
        "reps": number(20),
        "duration_seconds": number(90),
        "hold_seconds": number(10),
        "rest_seconds": st.none() | st.integers(0, 120),
        "per_side": st.none() | st.booleans(),
        "notes": st.none() | st.just("Slowly"),
    }
)
ROWS = SENT.filter(lambda row: row["sets"] or row["duration_seconds"])


def planned(row: dict[str, Any]) -> Substituted:
    """The prescription of a day of the plan."""
    return Substituted(exercise_id=EXERCISES[0], **{**row, "per_side": bool(row["per_side"])})


def work(done: Substituted, name: str, sets: int = 1) -> int | None:
    """An amount of so many sets; repetitions and seconds of both sides."""
    value: int | None = getattr(done, name)
    return None if value is None else value * sets * (2 if done.per_side and name in MEASURES else 1)


def is_within(done: Substituted, before: Substituted) -> bool:
    """True if none of the amounts that both have is more."""
    pairs = [(work(done, name), work(before, name)) for name in CAPS]
    pairs += [(work(done, name, done.sets or 1), work(before, name, before.sets or 1)) for name in MEASURES]
    if all(getattr(done, name) is None or getattr(before, name) is not None for name in MEASURES):
        is_more = done.per_side and not before.per_side and all(getattr(done, name) is None for name in MEASURES)
        pairs += [(int(is_more), 0)]
    return all(now is None or then is None or now <= then for now, then in pairs)


@settings(max_examples=400)
@given(
    st.lists(ROWS, min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(EXERCISES), SENT), max_size=5),
    st.lists(ROWS, max_size=2),
)
def test_a_day_is_never_more_than_the_plan_and_than_before(
    rows: list[dict[str, Any]], sent: list[tuple[UUID, dict[str, Any]]], later: list[dict[str, Any]]
) -> None:
    """Of whatever is accepted in sequence, also on days of a later version; less is less on each day of the basis."""
    days = [(date(2026, 12, 1) + timedelta(index), planned(row)) for index, row in enumerate(rows)]
    further = [planned(row) for row in later]
    chain: list[NewSubstitution] = []
    for exercise_id, values in sent:
        basis = Basis(uuid4(), EXERCISES[0], (), days, chain)
        answer = answer_of(basis, exercise_id, values)
        if faults_of(basis, answer, values):
            continue
        for plan in [*(plan for _, plan in days), *further]:
            before, after = substituted(plan, chain), substituted(plan, [*chain, answer])
            assert after.exercise_id == exercise_id
            assert is_within(after, before) and is_within(after, plan)
            assert (after.rest_seconds or 0) >= (before.rest_seconds or 0)
            if exercise_id == basis.exercise_id:
                assert after.per_side == (before.per_side and answer.per_side)
            elif all(getattr(before, name) is None or getattr(after, name) is not None for name in MEASURES):
                held = [substituted(plan, chain[:length]).hold_seconds for length in range(len(chain) + 1)]
                assert any(held) or after.hold_seconds is None or not any(getattr(before, name) for name in MEASURES)
        if exercise_id == basis.exercise_id:
            assert all(map(is_less, basis.done(answer), basis.done()))
        chain.append(answer)


@settings(max_examples=300)
@given(st.lists(ROWS, min_size=1, max_size=4), st.sampled_from(EXERCISES), SENT, st.lists(ROWS, max_size=3))
def test_no_later_version_gives_more_than_the_days_that_were_known(
    rows: list[dict[str, Any]], exercise_id: UUID, values: dict[str, Any], later: list[dict[str, Any]]
) -> None:
    """The caps that are stored change no day that an answer was made of, and hold on every other one."""
    days = [(date(2026, 12, 1) + timedelta(index), planned(row)) for index, row in enumerate(rows)]
    basis = Basis(uuid4(), EXERCISES[0], (), days)
    answer = answer_of(basis, exercise_id, values)
    if faults_of(basis, answer, values):
        return
    stored = capped(basis, answer)
    for row, then, now in zip(rows, basis.done(answer), basis.done(stored), strict=True):
        assert replace(now, hold_seconds=then.hold_seconds) == then
        is_held = then.hold_seconds is None and now.hold_seconds is not None  # as another day that has a hold alone
        assert now.hold_seconds <= row["hold_seconds"] if is_held else now.hold_seconds == then.hold_seconds
    before = basis.done()
    for plan in map(planned, later):
        after = substituted(plan, [stored])
        if all(day.sets is None for day in before) and stored.duration_seconds is not None:
            assert after.duration_seconds is None or (after.sets or 1) == 1  # the time in all stays one
        for name in CAPS:
            most = max((each for day in before if (each := getattr(day, name)) is not None), default=None)
            if most is not None and getattr(stored, name) is not None:
                assert getattr(after, name) is None or getattr(after, name) <= most
        if exercise_id == EXERCISES[0]:
            assert all(getattr(stored, name) is not None for name in CAPS if any(getattr(day, name) for day in before))


@given(
    st.sampled_from(CAPS[1:]),
    st.lists(st.integers(2, 90), min_size=1, max_size=3),
    st.lists(ROWS, min_size=1, max_size=3),
)
def test_half_of_the_days_one_amount_is_the_most_of_it_in_every_later_version(
    name: str, amounts: list[int], later: list[dict[str, Any]]
) -> None:
    """A time in all that was halved stays so on a day that has repetitions or a hold beside it."""
    nothing = dict.fromkeys(AMOUNTS)
    days = [
        (date(2026, 12, 1) + timedelta(index), planned({**nothing, name: each})) for index, each in enumerate(amounts)
    ]
    basis = Basis(uuid4(), EXERCISES[0], (), days)
    answer = answer_of(basis, EXERCISES[0], nothing)
    stored = capped(basis, answer)
    most = max((each + 1) // 2 for each in amounts)
    for plan in map(planned, later):
        done = substituted(plan, [stored])
        assert getattr(done, name) is None or getattr(done, name) <= most


@given(ROWS, st.lists(st.tuples(st.sampled_from(EXERCISES), SENT, st.booleans()), max_size=6))
def test_every_chain_of_substitutions_is_within_the_day(
    row: dict[str, Any], sent: list[tuple[UUID, dict[str, Any], bool]]
) -> None:
    """Whatever they say, and whatever the measures are: a repetition, a set or a second that is back is no more."""
    plan = planned(row)
    chain = [
        NewSubstitution(
            exercise_id=plan.exercise_id,
            substitute_id=id,
            is_halved=is_halved,
            **{**values, "per_side": bool(values["per_side"])},
        )
        for id, values, is_halved in sent
    ]
    done = [substituted(plan, chain[:length]) for length in range(len(chain) + 1)]
    for index, each in enumerate(done):
        assert all(is_within(each, before) for before in done[:index])
    if not chain:
        assert {name: getattr(done[0], name) for name in AMOUNTS} == {name: getattr(plan, name) for name in AMOUNTS}
