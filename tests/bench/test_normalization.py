"""Answers are compared without regard to the format of times, keys and enums, and to nothing else."""

from typing import Any  # JSON values

import orjson
import pytest

from bench.rounds import equal

SAME: list[tuple[Any, Any]] = [
    ({"createdAt": "2026-01-01T00:05:00Z"}, {"createdAt": "2026-01-01T01:05:00+01:00"}),
    ({"createdAt": "2026-01-01T00:05:00.25Z"}, {"createdAt": "2026-01-01T00:05:00.250000+00:00"}),
    ({"prescription": {"repsMin": 3, "tempo": None}}, {"prescription": {"reps_min": 3}}),
    ({"prescription": {"load": {"value": 5.0, "unit": "KG"}}}, {"prescription": {"load": {"unit": "kg", "value": 5}}}),
    ({"scoring": "NONE", "movementPattern": "SQUAT"}, {"scoring": "none", "movementPattern": "squat"}),
    ({"id": f"{'a' * 36}:{'b' * 36}"}, {"id": "b" * 36}),
    ({"customizedFields": ["cues", "name"]}, {"customizedFields": ["name", "cues"]}),
]
OTHER: list[tuple[Any, Any]] = [
    ({"createdAt": "2026-01-01T00:05:00Z"}, {"createdAt": "2026-01-01T00:05:01+00:00"}),
    ({"prescription": {"repsMin": 3}}, {"prescription": {"reps_min": 4}}),
    ({"prescription": {"repsMin": 3}}, {"prescription": None}),
    ({"label": None}, {}),
    ({"isSnapshot": False}, {"isSnapshot": None}),
    ({"name": "SQUAT"}, {"name": "squat"}),
    ({"cues": ["a", "b"]}, {"cues": ["b", "a"]}),
    ({"id": f"{'a' * 36}:{'b' * 36}"}, {"id": "c" * 36}),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_answers_in_another_format_are_equal(left: Any, right: Any) -> None:
    assert equal(orjson.dumps({"data": [left]}), orjson.dumps({"data": [right]}))


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_answers_with_another_meaning_are_not_equal(left: Any, right: Any) -> None:
    assert not equal(orjson.dumps({"data": [left]}), orjson.dumps({"data": [right]}))
