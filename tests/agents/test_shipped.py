"""The tools that the product brings, called by the SDK's own client."""

import asyncio

import pytest

from tests.agents.clients import MODES, Gym, agent, data_of, errors_of
from tests.api.serving import Served

NAMES = [
    "check_workout",
    "find_workouts",
    "generate_workout",
    "list_due",
    "list_due_exercises",
    "search_exercises",
    "show_account",
    "show_worklist",
    "show_workout",
]


@pytest.mark.parametrize("mode", MODES)
async def test_a_client_lists_the_tools_with_their_descriptions_and_schemas(
    served: Served, gym: Gym, mode: str
) -> None:
    async with agent(served, gym.stranger, mode) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        assert tool.description and len(tool.description) > 80
        assert tool.annotations and tool.annotations.read_only_hint is True and not tool.annotations.destructive_hint
        assert tool.input_schema["additionalProperties"] is False
        assert all(value.get("description") for value in tool.input_schema["properties"].values()), tool.name
    assert {*gym.calls} == {*NAMES}


@pytest.mark.parametrize("mode", MODES)
async def test_a_coach_calls_each_tool(served: Served, gym: Gym, mode: str) -> None:
    async with agent(served, gym.organization.coach, mode) as client:
        found = {name: data_of(await client.call_tool(name, sent)) for name, sent in gym.calls.items()}
    (membership,) = found["show_account"]["viewer"]["memberships"]
    assert (membership["role"], membership["organization"]["id"]) == ("COACH", str(gym.organization.id))
    page = found["search_exercises"]["organization"]["exerciseLibrary"]
    assert gym.exercise in [node["exerciseId"] for node in page["nodes"]] and len(page["nodes"]) <= 2
    assert [node["id"] for node in found["find_workouts"]["organization"]["workouts"]["nodes"]] == [gym.workout]
    (section,) = found["show_workout"]["workout"]["sections"]
    assert section["movements"][0]["exercise"]["name"] == "Back Squat"
    (checked,) = found["check_workout"]["checkWorkout"]["movements"]
    assert (checked["level"], checked["exercise"]["name"]) == ("WARN", "Back Squat")
    assert checked["substitute"]["explanation"]
    assert [part["type"] for part in found["generate_workout"]["generateWorkout"]["sections"]][:2] == ["WARMUP", "MAIN"]
    (due,) = found["list_due"]["organization"]["assignments"]["nodes"]
    assert (due["athlete"]["id"], due["workout"]["id"]) == (str(gym.organization.member.id), gym.workout)
    assert found["list_due_exercises"] == {"viewer": {"enrollments": []}}
    (entry,) = found["show_worklist"]["organization"]["worklist"]["nodes"]
    assert (entry["enrollment"]["patient"]["id"], entry["reasons"]) == (
        str(gym.organization.member.id),
        ["STOPPED_LOGGING", "STRUGGLING"],
    )


@pytest.mark.parametrize("mode", MODES)
async def test_an_athlete_sees_their_own(served: Served, gym: Gym, mode: str) -> None:
    member = gym.organization.member
    other = gym.organization.owner
    async with agent(served, member, mode) as client:
        found = {name: data_of(await client.call_tool(name, sent)) for name, sent in gym.calls.items()}
    assert found["show_account"]["viewer"]["user"]["id"] == str(member.id) != str(other.id)
    assert found["show_workout"]["workout"]["id"] == gym.workout
    assert found["list_due"]["organization"]["assignments"]["totalCount"] == 1
    (enrollment,) = found["list_due_exercises"]["viewer"]["enrollments"]
    assert [(each["exercise"]["name"], each["sets"]) for each in enrollment["dueExercises"]] == [("Back Squat", 3)]
    assert found["show_worklist"]["organization"]["worklist"]["nodes"] == []


@pytest.mark.parametrize("mode", MODES)
async def test_a_stranger_is_refused_what_they_may_not_see(served: Served, gym: Gym, mode: str) -> None:
    async with agent(served, gym.stranger, mode) as client:
        assert data_of(await client.call_tool("show_account"))["viewer"]["memberships"] == []
        assert data_of(await client.call_tool("show_workout", {"workoutId": gym.workout})) == {"workout": None}
        for name in ("search_exercises", "find_workouts", "list_due", "show_worklist"):
            assert data_of(await client.call_tool(name, gym.calls[name])) == {"organization": None}
        for name in ("check_workout", "generate_workout"):
            (error,) = errors_of(await client.call_tool(name, gym.calls[name]))
            assert (error["code"], error["field"]) == ("NOT_FOUND", ["organizationId"])
            assert "locations" not in error


async def test_twenty_agents_call_at_once(served: Served, gym: Gym) -> None:
    coach, member, stranger = gym.organization.coach, gym.organization.member, gym.stranger

    async def counted(number: int) -> int:
        async with agent(served, (coach, member, stranger)[number % 3], MODES[number % 2]) as client:
            found = data_of(await client.call_tool("find_workouts", gym.calls["find_workouts"]))["organization"]
        return int(found["workouts"]["totalCount"]) if found else -1

    assert await asyncio.gather(*map(counted, range(20))) == [(1, 1, -1)[number % 3] for number in range(20)]


async def test_the_client_is_counted_with_its_name_and_pages_follow_each_other(served: Served, gym: Gym) -> None:
    sent = {"organizationId": str(gym.organization.id), "first": 3}
    async with agent(served, gym.organization.coach) as client:
        first = data_of(await client.call_tool("search_exercises", sent))["organization"]["exerciseLibrary"]
        after = {**sent, "after": first["pageInfo"]["endCursor"]}
        second = data_of(await client.call_tool("search_exercises", after))["organization"]["exerciseLibrary"]
    assert len({node["exerciseId"] for page in (first, second) for node in page["nodes"]}) == 6
