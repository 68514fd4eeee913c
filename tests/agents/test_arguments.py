"""Arguments of tools that do not fit: the refusal names the field."""

from typing import Any  # arguments of any type

import pytest
from graphql import parse

from kinegraph.agents.argument_paths import ArgumentPaths
from tests.agents.clients import MODES, Gym, agent, errors_of, message, post
from tests.api.serving import Served

ID = "00000000-0000-7000-8000-000000000000"
WRONG: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "missing": ({"from": "2026-03-01", "to": "2026-03-01"}, ["organizationId"], "is missing"),
    "extra": ({"organizationId": ID, "from": "2026-03-01", "to": "2026-03-01", "on": 1}, ["on"], "no argument `on`"),
    "null": ({"organizationId": None, "from": "2026-03-01", "to": "2026-03-01"}, ["organizationId"], "null"),
    "type": ({"organizationId": ID, "from": "2026-03-01", "to": "2026-03-01", "first": "x"}, ["first"], "Int"),
    "date": ({"organizationId": ID, "from": "yesterday", "to": "2026-03-01"}, ["from"], "a day of the calendar"),
    "enum": (
        {"organizationId": ID, "from": "2026-03-01", "to": "2026-03-01", "status": ["DUE"]},
        ["status", "0"],
        "AssignmentStatus",
    ),
    "size": ({"organizationId": ID, "from": "2026-03-01", "to": "2026-03-01", "first": 101}, ["first"], "100"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", WRONG)
async def test_an_argument_that_does_not_fit_is_named(served: Served, gym: Gym, name: str, mode: str) -> None:
    sent, field, words = WRONG[name]
    if name == "size":
        sent = {**sent, "organizationId": str(gym.organization.id)}
    async with agent(served, gym.organization.coach, mode) as client:
        (error,) = errors_of(await client.call_tool("list_due", sent))
    assert error["field"] == field and words in error["message"], error


@pytest.mark.parametrize(
    ("tool", "sent", "field"),
    [
        ("show_workout", {"workoutId": "x"}, ["workoutId"]),
        ("search_exercises", {"organizationId": "{}", "safeFor": ["knee_pain", "gibtsnicht"]}, ["safeFor", "1"]),
        ("find_workouts", {"organizationId": "{}", "title": "a\0b"}, ["title"]),
    ],
)
async def test_a_refusal_below_the_arguments_names_the_argument_that_the_agent_sent(
    served: Served, gym: Gym, tool: str, sent: dict[str, Any], field: list[str]
) -> None:
    sent = {name: str(gym.organization.id) if value == "{}" else value for name, value in sent.items()}
    async with agent(served, gym.organization.coach) as client:
        (error,) = errors_of(await client.call_tool(tool, sent))
    assert [str(each) for each in error["field"]] == field


DOCUMENT = parse("""
query ($id: ID!, $muscle: String, $input: ExerciseFilter) {
  a: workout(id: $id) { id }
  ...Rest
}
fragment Rest on Query {
  o: organization(id: $id) { ... { l: exerciseLibrary(filter: {muscles: ["x", $muscle]}) { id } } }
}
""")


@pytest.mark.parametrize(
    ("path", "place", "expected"),
    [
        (["a"], ["id"], ["id"]),
        (["o", "l"], ["filter", "muscles", "1"], ["muscle"]),
        (["o", "l"], ["filter", "muscles", "0"], ["filter", "muscles", "0"]),
        (["o", "l"], ["filter", "muscles", "9"], ["filter", "muscles", "9"]),
        (["o", "l"], ["filter"], ["filter"]),
        ([], ["input", "muscles"], ["input", "muscles"]),
        (["none", 0, "of"], ["these"], ["these"]),
        (["a"], [], []),
    ],
)
def test_a_place_in_an_argument_becomes_a_path_from_the_variable_on(path: Any, place: Any, expected: Any) -> None:
    assert ArgumentPaths(DOCUMENT).of(path, place) == expected


async def test_all_arguments_that_are_missing_or_extra_are_named_at_once_up_to_twenty(served: Served, gym: Gym) -> None:
    async with agent(served, gym.organization.coach) as client:
        few = errors_of(await client.call_tool("list_due", {"to": "2026-03-01", "a": 1, "b" * 500: 2}))
        many = errors_of(await client.call_tool("show_account", {f"a{number}": 1 for number in range(500)}))
    assert [error["field"] for error in few] == [["organizationId"], ["from"], ["a"], ["b" * 100]]
    assert "takes `organizationId`, `from`, `to`, `status`, `first`, `after`" in few[2]["message"]
    assert len(many) == 20 and many[0]["message"].endswith("show_account takes no arguments.")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"name": "list_due", "arguments": [1]}, "`params.arguments` must be an object."),
        ({"name": 7}, "`params.name` must be the name of a tool."),
        ({}, "`params.name` must be the name of a tool."),
    ],
)
async def test_a_call_that_is_malformed_is_refused(served: Served, gym: Gym, params: Any, words: str) -> None:
    response = await post(served, gym.stranger, {**message("tools/call"), "params": params})
    assert response.status_code == 400
    assert response.json() == {"jsonrpc": "2.0", "id": None, "error": {"code": -32602, "message": words}}


async def test_a_tool_that_does_not_exist_is_named(served: Served, gym: Gym) -> None:
    response = await post(served, gym.stranger, message("tools/call", name="no_tool" + "x" * 900, arguments={}))
    error = response.json()["error"]
    assert error["code"] == -32602 and error["message"].startswith("There is no tool `no_toolxxx")
    assert len(error["message"]) < 200
