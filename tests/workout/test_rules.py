"""The rules of prescriptions, section configs and texts, and of the threads of comments, without a database."""

import itertools
from types import SimpleNamespace
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.workout.rules import NAMES, LoadUnit, SectionShape, checked_texts, threads
from kinegraph.workout.rules_tree import (
    CONFIG_BOUNDS,
    CONFIG_KEYS,
    LOAD_BOUNDS,
    PRESCRIPTION_BOUNDS,
    checked_config,
    checked_prescription,
)

AT: Path = ("x",)

SAMPLES: dict[str, Any] = {
    "cap_seconds": 600,
    "rounds": 5,
    "interval_seconds": 60,
    "work_seconds": 20,
    "rest_seconds": 10,
    "rep_scheme": [21, 15, 9],
}
OWN_KEYS: dict[SectionShape | None, set[str]] = {
    None: set(),
    SectionShape.LINEAR: set(),
    SectionShape.AMRAP: {"cap_seconds"},
    SectionShape.EMOM: {"interval_seconds", "rounds"},
    SectionShape.FOR_TIME: {"cap_seconds", "rounds"},
    SectionShape.TABATA: {"work_seconds", "rest_seconds", "rounds"},
    SectionShape.REP_SCHEME: {"rep_scheme", "cap_seconds"},
    SectionShape.ROUNDS: {"rounds", "rest_seconds"},
    SectionShape.INTERVALS: {"work_seconds", "rest_seconds", "rounds"},
}
"""A copy of the product's table, so that a change of the rules fails a test."""


def config(shape: SectionShape | None, values: dict[str, Any] | None) -> tuple[dict[str, Any] | None, list[Path]]:
    checks = Checks()
    checked = checked_config(shape, values, AT, checks)
    return checked, [refusal.path for refusal in checks.refusals]


def prescription(values: dict[str, Any] | None) -> tuple[dict[str, Any] | None, list[Path]]:
    checks = Checks()
    checked = checked_prescription(values, AT, checks)
    return checked, [refusal.path for refusal in checks.refusals]


@pytest.mark.parametrize(("shape", "key"), list(itertools.product(OWN_KEYS, SAMPLES)))
def test_a_shape_accepts_its_own_config_keys_and_no_others(shape: SectionShape | None, key: str) -> None:
    checked, refused = config(shape, {key: SAMPLES[key]})
    if key in OWN_KEYS[shape]:
        assert (checked, refused) == ({key: SAMPLES[key]}, [])
    else:
        assert refused == [(*AT, NAMES.get(key, key))]


def test_every_shape_has_its_config_keys_and_every_key_its_shape() -> None:
    assert set(CONFIG_KEYS) == set(SectionShape)
    assert {key for keys in CONFIG_KEYS.values() for key in keys} == set(SAMPLES)


@given(
    st.sampled_from(list(OWN_KEYS)),
    st.fixed_dictionaries({}, optional={key: st.sampled_from([None, value]) for key, value in SAMPLES.items()}),
)
@settings(max_examples=200, deadline=None)
def test_a_config_is_refused_at_exactly_its_foreign_keys(shape: SectionShape | None, values: dict[str, Any]) -> None:
    checked, refused = config(shape, values)
    supplied = {key: value for key, value in values.items() if value is not None}
    assert {path[-1] for path in refused} == {NAMES.get(key, key) for key in supplied.keys() - OWN_KEYS[shape]}
    if not refused:
        assert checked == (supplied or None)


@pytest.mark.parametrize("shape", list(OWN_KEYS))
@pytest.mark.parametrize("values", [None, {}, dict.fromkeys(SAMPLES)])
def test_a_config_without_values_is_none_for_every_shape(
    shape: SectionShape | None, values: dict[str, Any] | None
) -> None:
    assert config(shape, values) == (None, [])


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("cap_seconds", 1, 86_400),
        ("rounds", 1, 1_000),
        ("interval_seconds", 1, 86_400),
        ("work_seconds", 1, 86_400),
        ("rest_seconds", 0, 86_400),
    ],
)
def test_numbers_of_a_config_are_bounded(key: str, low: int, high: int) -> None:
    assert CONFIG_BOUNDS[key] == (low, high)
    shape = next(shape for shape, keys in OWN_KEYS.items() if key in keys)
    refused = {value: config(shape, {key: value})[1] for value in (low - 1, low, high, high + 1)}
    path = [(*AT, NAMES.get(key, key))]
    assert refused == {low - 1: path, low: [], high: [], high + 1: path}


@pytest.mark.parametrize(
    ("scheme", "refused"),
    [
        ([1], []),
        ([10_000] * 100, []),
        ([], [(*AT, "repScheme")]),
        ([1] * 101, [(*AT, "repScheme")]),
        ([21, 0, 9], [(*AT, "repScheme", "1")]),
        ([21, 15, 10_001], [(*AT, "repScheme", "2")]),
        ([-1, 5, -1], [(*AT, "repScheme", "0"), (*AT, "repScheme", "2")]),
    ],
)
def test_a_rep_scheme_has_1_to_100_entries_of_1_to_10000(scheme: list[int], refused: list[Path]) -> None:
    assert config(SectionShape.REP_SCHEME, {"rep_scheme": scheme})[1] == refused


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("sets", 1, 100),
        ("reps_min", 0, 10_000),
        ("reps_max", 1, 10_000),
        ("duration_seconds", 1, 86_400),
        ("calories", 1, 10_000),
        ("rest_seconds", 0, 86_400),
    ],
)
def test_numbers_of_a_prescription_are_bounded(key: str, low: int, high: int) -> None:
    assert PRESCRIPTION_BOUNDS[key] == (low, high)
    path = [(*AT, NAMES.get(key, key))]
    refused = {value: prescription({key: value})[1] for value in (low - 1, low, high, high + 1)}
    assert refused == {low - 1: path, low: [], high: [], high + 1: path}


@given(st.integers(0, 10_000), st.integers(1, 10_000))
@settings(max_examples=100, deadline=None)
def test_a_range_of_repetitions_is_refused_if_and_only_if_its_maximum_is_below_its_minimum(
    minimum: int, maximum: int
) -> None:
    _, refused = prescription({"reps_min": minimum, "reps_max": maximum})
    assert refused == ([(*AT, "repsMax")] if maximum < minimum else [])


LOADS = {
    LoadUnit.KG: (0, 1_000),
    LoadUnit.LB: (0, 2_500),
    LoadUnit.PERCENT_1RM: (0, 200),
    LoadUnit.RPE: (1, 10),
    LoadUnit.RIR: (0, 10),
    LoadUnit.BODYWEIGHT: (0, 10),
}


@pytest.mark.parametrize("unit", list(LoadUnit))
def test_a_load_is_bounded_by_its_unit(unit: LoadUnit) -> None:
    assert set(LOAD_BOUNDS) == set(LOADS) == set(LoadUnit)
    low, high = LOADS[unit]
    path = [(*AT, "load", "value")]
    values = (low - 0.01, low, high, high + 0.01, float("inf"), float("nan"))
    refused = [prescription({"load": {"unit": unit.value, "value": value}})[1] for value in values]
    assert refused == [path, [], [], path, path, path]


@pytest.mark.parametrize("unit", list(LoadUnit))
@pytest.mark.parametrize("load", [{}, {"value": None}])
def test_only_a_bodyweight_load_may_have_no_value(unit: LoadUnit, load: dict[str, Any]) -> None:
    checked, refused = prescription({"load": {**load, "unit": unit.value}})
    if unit is LoadUnit.BODYWEIGHT:
        assert (checked, refused) == ({"load": {"unit": "bodyweight"}}, [])
    else:
        assert refused == [(*AT, "load", "value")]


@pytest.mark.parametrize("tempo", ["3-1-1-0", "3-1-1", "X-0-X-0", "x-0-1-0", "10-0-99-0", "0-0-0", "  3-1-1-0  "])
def test_a_tempo_of_three_or_four_phases_is_stored_as_it_was_typed(tempo: str) -> None:
    assert prescription({"tempo": tempo}) == ({"tempo": tempo.strip()}, [])


@pytest.mark.parametrize(
    "tempo",
    ["3", "3-1", "3-1-1-0-0", "3110", "3-1-1-", "-3-1-1", "3--1-1", "a-1-1-0", "100-1-1-0", "3 - 1 - 1",
     "3-1-1-0\u200b", "٣-1-1-0", "¹-1-1-0", "3–1–1–0", "XX-1-1-0", "3.5-1-1-0", "+3-1-1-0"],
)  # fmt: skip
def test_any_other_tempo_is_refused(tempo: str) -> None:
    assert set(prescription({"tempo": tempo})[1]) == {(*AT, "tempo")}


@pytest.mark.parametrize("values", [None, {}, {"amrap": False, "per_side": False}, {"tempo": " ", "notes": "\n"},
                                    {"sets": None, "load": None, "reps_min": None}])  # fmt: skip
def test_a_prescription_without_values_is_none(values: dict[str, Any] | None) -> None:
    assert prescription(values) == (None, [])


def test_zero_is_stored_and_false_is_not() -> None:
    supplied = {"reps_min": 0, "rest_seconds": 0, "distance_meters": 0.0, "amrap": True, "per_side": False}
    assert prescription(supplied) == (
        {"reps_min": 0, "rest_seconds": 0, "distance_meters": 0.0, "amrap": True},
        [],
    )


def test_a_minimum_of_repetitions_out_of_bounds_is_refused_at_its_own_path_alone() -> None:
    assert prescription({"reps_min": 10_001})[1] == [(*AT, "repsMin")]


def test_all_faults_of_a_prescription_are_refused_together() -> None:
    bad = {"sets": 0, "calories": 0, "distance_meters": -1.0, "load": {"unit": "kg", "value": -1}, "tempo": "slow"}
    assert set(prescription(bad)[1]) == {
        (*AT, "sets"), (*AT, "calories"), (*AT, "distanceMeters"), (*AT, "load", "value"), (*AT, "tempo")
    }  # fmt: skip


@pytest.mark.parametrize(("column", "name", "max_length"), [
    ("title", "title", 255), ("description", "description", 10_000), ("notes", "notes", 2_000),
    ("label", "label", 10), ("superset_group", "supersetGroup", 10),
])  # fmt: skip
def test_a_text_may_be_as_long_as_its_column(column: str, name: str, max_length: int) -> None:
    checks = Checks()
    assert checked_texts({column: "💪" * max_length}, AT, checks, NAMES) == {column: "💪" * max_length}
    assert checks.refusals == []
    checked_texts({column: "💪" * (max_length + 1)}, AT, checks, NAMES)
    assert [refusal.path for refusal in checks.refusals] == [(*AT, name)]


@pytest.mark.parametrize("empty", ["", "   ", "\n\t", "\u00a0\u2003", None])
def test_an_empty_text_is_none(empty: str | None) -> None:
    checks = Checks()
    assert checked_texts({"title": empty, "other": 1}, AT, checks, NAMES) == {"title": None}
    assert checks.refusals == []


def row(id: UUID, parent: UUID | None = None) -> Any:
    return SimpleNamespace(id=id, parent_comment_id=parent, body=str(id))


@given(st.lists(st.one_of(st.none(), st.integers(0, 11)), max_size=12))
@settings(max_examples=100, deadline=None)
def test_threads_have_each_reply_below_its_parent_in_the_order_of_the_rows(parents: list[int | None]) -> None:
    ids = [uuid4() for _ in range(12)]
    tops = {index for index, parent in enumerate(parents) if parent is None}
    rows = [row(ids[i], None if parent is None else ids[parent]) for i, parent in enumerate(parents)]
    found = threads(rows)
    assert [comment.id for comment in found] == [ids[i] for i in sorted(tops)]
    for comment in found:
        below = [ids[i] for i, parent in enumerate(parents) if parent is not None and ids[parent] == comment.id]
        assert [reply.id for reply in comment.replies] == below


def test_a_reply_whose_parent_is_not_among_the_rows_is_left_out() -> None:
    assert threads([row(uuid4(), uuid4())]) == []
