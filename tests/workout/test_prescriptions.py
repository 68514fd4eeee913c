"""Prescriptions and section configs over the API: the keys of each shape, and that numbers come back as typed."""

import itertools
from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization
from tests.workout.documents import CREATE, Json, create, movement, section

CONFIG: Json = {
    "capSeconds": 600,
    "rounds": 5,
    "intervalSeconds": 60,
    "workSeconds": 20,
    "restSeconds": 10,
    "repScheme": [21, 15, 9],
}
KEYS: dict[str | None, set[str]] = {
    None: set(),
    "LINEAR": set(),
    "AMRAP": {"capSeconds"},
    "EMOM": {"intervalSeconds", "rounds"},
    "FOR_TIME": {"capSeconds", "rounds"},
    "TABATA": {"workSeconds", "restSeconds", "rounds"},
    "REP_SCHEME": {"repScheme", "capSeconds"},
    "ROUNDS": {"rounds", "restSeconds"},
    "INTERVALS": {"workSeconds", "restSeconds", "rounds"},
}


async def refused(api: Api, gym: Organization, *sections: Json) -> list[tuple[str, list[str]]]:
    """The refusals of a workout with these sections, their paths from the first section on."""
    input = {"organizationId": str(gym.id), "sections": list(sections)}
    errors = await api.refusals(CREATE, gym.coach, input=input)
    assert all(path[:3] == ["input", "sections", "0"] for _, path in errors)
    return [(code, path[3:]) for code, path in errors]


@pytest.mark.parametrize("shape", list(KEYS))
async def test_a_shape_stores_all_its_own_config_keys(api: Api, gym: Organization, shape: str | None) -> None:
    own = {key: value for key, value in CONFIG.items() if key in KEYS[shape]}
    made = await create(api, gym, section(shape=shape, config=own))
    (node,) = made["sections"]
    assert node["shape"] == shape
    assert node["config"] == ({**dict.fromkeys(CONFIG), **own} if own else None)


@pytest.mark.parametrize(
    ("shape", "key"), [pair for pair in itertools.product(KEYS, CONFIG) if pair[1] not in KEYS[pair[0]]]
)
async def test_a_shape_refuses_every_config_key_of_the_others(
    api: Api, gym: Organization, shape: str | None, key: str
) -> None:
    own = {name: value for name, value in CONFIG.items() if name in KEYS[shape]}
    answer = await refused(api, gym, section(shape=shape, config={**own, key: CONFIG[key]}))
    assert answer == [("INVALID_INPUT", ["config", key])]
    assert await refused(api, gym, section(shape=shape, config={**own, key: None})) == []


async def test_a_section_without_the_shape_key_has_no_shape(api: Api, gym: Organization) -> None:
    assert await refused(api, gym, section(config={"rounds": 3})) == [("INVALID_INPUT", ["config", "rounds"])]
    assert await refused(api, gym, section(config={})) == []


FULL: Json = {
    "sets": 100, "repsMin": 0, "repsMax": 10_000, "amrap": True, "durationSeconds": 86_400, "distanceMeters": 402.336,
    "calories": 10_000, "load": {"value": 72.5, "unit": "PERCENT_1RM"}, "restSeconds": 0, "tempo": "3-1-X-0",
    "perSide": True, "notes": "לאט 💪",
}  # fmt: skip


async def test_a_full_prescription_is_returned_as_it_was_sent(api: Api, gym: Organization, squat: str) -> None:
    made = await create(api, gym, section(movement(squat, prescription=FULL)))
    assert made["sections"][0]["movements"][0]["prescription"] == FULL


@pytest.mark.parametrize("key", [key for key in FULL if key not in ("amrap", "perSide")])
async def test_each_key_of_a_prescription_can_be_sent_alone(api: Api, gym: Organization, squat: str, key: str) -> None:
    made = await create(api, gym, section(movement(squat, prescription={key: FULL[key]})))
    answered = made["sections"][0]["movements"][0]["prescription"]
    assert answered == {**dict.fromkeys(FULL), "amrap": False, "perSide": False, key: FULL[key]}


@pytest.mark.parametrize("nothing", [None, {}, dict.fromkeys(FULL), {"amrap": False, "perSide": False}])
async def test_an_empty_prescription_is_null(api: Api, gym: Organization, squat: str, nothing: Json | None) -> None:
    made = await create(api, gym, section(movement(squat, prescription=nothing)))
    assert made["sections"][0]["movements"][0]["prescription"] is None


@pytest.mark.parametrize(
    ("prescription", "path"),
    [
        *[({"sets": n}, ["sets"]) for n in (-1, 0, 101, 2**31 - 1, -(2**31))],
        *[({"repsMin": n}, ["repsMin"]) for n in (-1, 10_001)],
        *[({"repsMax": n}, ["repsMax"]) for n in (0, 10_001)],
        *[({"durationSeconds": n}, ["durationSeconds"]) for n in (0, 86_401)],
        *[({"distanceMeters": n}, ["distanceMeters"]) for n in (-0.001, 1_000_000.001, 1e308)],
        *[({"calories": n}, ["calories"]) for n in (0, 10_001)],
        *[({"restSeconds": n}, ["restSeconds"]) for n in (-1, 86_401)],
        ({"repsMin": 5, "repsMax": 4}, ["repsMax"]),
        ({"tempo": "fast"}, ["tempo"]),
        ({"tempo": "3-1"}, ["tempo"]),
        ({"notes": "x" * 2_001}, ["notes"]),
        ({"notes": "a\u0000b"}, ["notes"]),
        ({"load": {"value": 1_000.1, "unit": "KG"}}, ["load", "value"]),
        ({"load": {"value": -1, "unit": "LB"}}, ["load", "value"]),
        ({"load": {"value": 201, "unit": "PERCENT_1RM"}}, ["load", "value"]),
        ({"load": {"value": 0, "unit": "RPE"}}, ["load", "value"]),
        ({"load": {"value": 11, "unit": "RIR"}}, ["load", "value"]),
        ({"load": {"value": None, "unit": "KG"}}, ["load", "value"]),
        ({"load": {"value": 10.5, "unit": "BODYWEIGHT"}}, ["load", "value"]),
    ],
)
async def test_a_prescription_out_of_bounds_is_refused_at_its_path(
    api: Api, gym: Organization, squat: str, prescription: Json, path: list[str]
) -> None:
    answer = await refused(api, gym, section(movement(squat), movement(squat, prescription=prescription)))
    assert answer == [("INVALID_INPUT", ["movements", "1", "prescription", *path])]


@pytest.mark.parametrize(
    "load",
    [
        *[{"value": value, "unit": "KG"} for value in (0.0, 0.1, 62.5, 1_000.0)],
        *[{"value": value, "unit": "LB"} for value in (135.0, 137.5, 2_500.0)],
        *[{"value": value, "unit": "PERCENT_1RM"} for value in (0.0, 72.5, 200.0)],
        *[{"value": value, "unit": "RPE"} for value in (1.0, 8.5, 10.0)],
        *[{"value": value, "unit": "RIR"} for value in (0.0, 2.0, 10.0)],
        *[{"value": value, "unit": "BODYWEIGHT"} for value in (0.0, 1.5, 10.0, None)],
    ],
)
async def test_a_load_is_stored_with_the_value_and_unit_that_the_coach_typed(
    api: Api, gym: Organization, squat: str, load: Json
) -> None:
    made = await create(api, gym, section(movement(squat, prescription={"load": load})))
    assert made["sections"][0]["movements"][0]["prescription"]["load"] == load


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sets", "3"), ("sets", 2.5), ("sets", 2**31), ("sets", True), ("sets", [3]), ("distanceMeters", "far"),
        ("load", 60), ("load", {"value": 60}), ("load", {"value": 60, "unit": "STONE"}), ("perSide", "yes"),
        ("tempo", 3110), ("weight", 60),
    ],
)  # fmt: skip
async def test_a_prescription_of_another_form_is_a_bad_request(
    api: Api, gym: Organization, squat: str, key: str, value: Any
) -> None:
    rows = [movement(squat, prescription={key: value})]
    response = await api.post(CREATE, gym.coach, input={"organizationId": str(gym.id), "sections": [section(*rows)]})
    assert response.status_code == 400
    assert key in response.json()["errors"][0]["message"]


async def test_a_number_larger_than_any_float_is_refused_as_out_of_bounds(
    api: Api, gym: Organization, squat: str
) -> None:
    text = """mutation { createWorkout(input: {organizationId: "%s", sections: [{movements: [{exerciseId: "%s",
        prescription: {distanceMeters: 1e999}}]}]}) { workout { id } userErrors { code field } } }"""
    response = await api.post(text % (gym.id, squat), gym.coach)
    payload = response.json().get("data")
    if payload is None:
        assert response.status_code == 400
    else:
        path = ["input", "sections", "0", "movements", "0", "prescription", "distanceMeters"]
        assert payload["createWorkout"]["userErrors"] == [{"code": "INVALID_INPUT", "field": path}]


async def test_all_faults_of_a_tree_are_refused_together(api: Api, gym: Organization, squat: str) -> None:
    bad = movement(squat, prescription={"sets": 0, "load": {"unit": "KG"}}, label="x" * 11)
    invalid = section(bad, shape="AMRAP", config={"capSeconds": 0, "rounds": 3}, title="x" * 256)
    paths = [path for _, path in await refused(api, gym, invalid)]
    assert sorted(paths) == sorted([
        ["title"], ["config", "capSeconds"], ["config", "rounds"], ["movements", "0", "label"],
        ["movements", "0", "prescription", "sets"], ["movements", "0", "prescription", "load", "value"],
    ])  # fmt: skip
