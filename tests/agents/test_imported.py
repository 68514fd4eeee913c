"""Imported documents as tools: they appear and disappear, replace shipped ones, change things, are counted, bounded."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any  # JSON of inputs

import pytest
from mcp.shared.exceptions import MCPError

from kinegraph.agents import calls, catalog
from kinegraph.persisted.jobs import write_usage
from kinegraph.persisted.rules import hash_of
from kinegraph.persisted.store_lookup import TRUSTED_SECONDS
from kinegraph.services import Services
from tests.agents.clients import MODES, Gym, agent, data_of, errors_of, gym_of, same
from tests.api.serving import Served, serving
from tests.conftest import World
from tests.identity.rows import Pool
from tests.persisted.importing import Commands, by_their_hashes

WHO = '"Who am I?" query who { viewer { user { id name } } }'
RENAME = """
"Gives a workout another title."
mutation rename_workout($id: ID!, $input: UpdateWorkoutInput!) {
  renamed: updateWorkout(id: $id, input: $input) {
    workout { title }
    userErrors { code }
    faults: userErrors { code message field }
  }
}
"""
PLAIN = "query plain { viewer { user { id } } }"


@pytest.fixture
async def fresh(services: Services, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """A process that reads the tools from the database for each request."""
    monkeypatch.setattr(catalog, "TRUSTED_SECONDS", 0)
    async with serving(services, mcp=True) as served:
        yield served


async def names(served: Served, gym: Gym) -> list[str]:
    """The names of the tools."""
    async with agent(served, gym.stranger) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


async def imported(commands: Commands, *texts: str) -> list[str]:
    """Import documents, and return the lines that the command prints."""
    return await asyncio.to_thread(commands.imports, by_their_hashes(*texts))


async def removed(commands: Commands, *texts: str) -> None:
    """Remove documents."""
    assert (await asyncio.to_thread(commands.run, "remove", *map(hash_of, texts)))[0] == 0


@pytest.mark.parametrize("mode", MODES)
async def test_a_document_with_a_description_is_a_tool_until_it_is_removed(
    fresh: Served, gym: Gym, commands: Commands, mode: str
) -> None:
    before = await names(fresh, gym)
    lines = await imported(commands, WHO, PLAIN)
    assert f"new: {hash_of(WHO)} query who, the tool who" in lines
    assert f"new: {hash_of(PLAIN)} query plain" in lines
    assert await names(fresh, gym) == sorted([*before, "who"])
    async with agent(fresh, gym.stranger, mode) as client:
        assert data_of(await client.call_tool("who"))["viewer"]["user"]["id"] == str(gym.stranger.id)
        await removed(commands, WHO, PLAIN)
        with pytest.raises(MCPError, match="There is no tool `who`"):
            await client.call_tool("who")
    assert await names(fresh, gym) == before


async def test_two_processes_offer_and_drop_the_same_tools(
    services: Services, fresh: Served, gym: Gym, commands: Commands
) -> None:
    async with serving(services, mcp=True) as other:
        await imported(commands, WHO)
        for served in (fresh, other, fresh, other):  # a client's requests go to either
            assert "who" in await names(served, gym)
            async with agent(served, gym.stranger) as client:
                assert not (await client.call_tool("who")).is_error
        await removed(commands, WHO)
        for served in (fresh, other):
            assert "who" not in await names(served, gym)


async def test_a_process_that_has_read_the_tools_reads_them_again_after_a_minute(
    served: Served, gym: Gym, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "who" not in await names(served, gym)
    await imported(commands, WHO)
    assert "who" not in await names(served, gym)
    later = time.monotonic() + TRUSTED_SECONDS
    monkeypatch.setattr(catalog, "monotonic", lambda: later)
    assert "who" in await names(served, gym)
    monkeypatch.undo()
    await removed(commands, WHO)


async def test_an_imported_document_replaces_the_shipped_tool_of_its_name_and_the_newest_wins(
    fresh: Served, gym: Gym, commands: Commands
) -> None:
    texts = [f'"The account, way {number}." query show_account {{ way{number}: __typename }}' for number in range(2)]
    for number, text in enumerate(texts):
        await imported(commands, text)
        async with agent(fresh, gym.stranger) as client:
            assert data_of(await client.call_tool("show_account")) == {f"way{number}": "Query"}
            (tool,) = (each for each in (await client.list_tools()).tools if each.name == "show_account")
            assert tool.description == f"The account, way {number}."
    await removed(commands, *texts)
    async with agent(fresh, gym.stranger) as client:
        assert "viewer" in data_of(await client.call_tool("show_account"))


async def test_a_mutation_changes_what_its_user_may_change_and_is_marked_destructive(
    fresh: Served, world: World, commands: Commands
) -> None:
    gym = await gym_of(fresh, world)
    await imported(commands, RENAME)

    async def rename(person: Any, **input: Any) -> Any:
        async with agent(fresh, person) as client:
            return await client.call_tool("rename_workout", {"id": gym.workout, "input": input})

    async with agent(fresh, gym.stranger) as client:
        (tool,) = (each for each in (await client.list_tools()).tools if each.name == "rename_workout")
    assert tool.annotations and tool.annotations.destructive_hint and tool.annotations.read_only_hint is False
    changed = data_of(await rename(gym.organization.coach, title="Legs"))
    assert changed["renamed"]["workout"] == {"title": "Legs"}
    for person, code in ((gym.organization.member, "FORBIDDEN"), (gym.stranger, "NOT_FOUND")):
        refused = await rename(person, title="Mine")
        assert refused.is_error and same(refused)["renamed"]["userErrors"][0]["code"] == code
    (error,) = errors_of(await rename(gym.organization.coach, titel="Legs"))
    assert error["field"] == ["input", "titel"]
    long = await rename(gym.organization.coach, title="x" * 1000)
    assert long.is_error and same(long)["renamed"]["faults"][0]["field"] == ["input", "title"]
    async with agent(fresh, gym.organization.coach) as client:
        shown = data_of(await client.call_tool("show_workout", {"workoutId": gym.workout}))
    assert shown["workout"]["title"] == "Legs"
    await removed(commands, RENAME)


async def test_uses_are_counted_by_document_and_client(
    fresh: Served, gym: Gym, commands: Commands, owner: Pool
) -> None:
    await imported(commands, WHO)
    for mode, headers in (("auto", {}), ("legacy", {"GraphQL-Client-Name": "Bot", "GraphQL-Client-Version": "2"})):
        async with agent(fresh, gym.stranger, mode, **headers) as client:
            data_of(await client.call_tool("who"))
    await write_usage(fresh.database, fresh.endpoint.persisted.usage)
    rows = await owner.fetch(
        "SELECT client_name, client_version, uses FROM document_usage WHERE hash = $1 ORDER BY client_name",
        hash_of(WHO),
    )
    assert [tuple(row) for row in rows] == [("Bot", "2", 1), ("Tests", "7", 1)]
    await removed(commands, WHO)


async def test_where_only_trusted_documents_are_executed_tools_are_too(
    services: Services, gym: Gym, commands: Commands
) -> None:
    await imported(commands, WHO)
    async with serving(services, mcp=True, documents="trusted") as served:
        async with agent(served, gym.organization.coach) as client:
            for name, sent in {**gym.calls, "who": {}}.items():
                assert data_of(await client.call_tool(name, sent)), name
        assert (await served.api.post(PLAIN, gym.stranger)).json()["errors"][0]["extensions"]["code"] == (
            "DOCUMENT_NOT_TRUSTED"
        )
    await removed(commands, WHO)


async def test_a_result_that_is_too_large_is_refused(fresh: Served, gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MAX_RESULT_BYTES", 400)
    async with agent(fresh, gym.organization.coach) as client:
        (error,) = errors_of(await client.call_tool("show_workout", gym.calls["show_workout"]))
    assert error["code"] == "ANSWER_TOO_LARGE" and error["message"].endswith("ask for smaller pages.")


async def test_a_call_ends_at_the_time_limit_of_every_request(services: Services, gym: Gym, commands: Commands) -> None:
    async with (
        serving(services, mcp=True, execution_seconds=0) as served,
        agent(served, gym.organization.coach) as client,
    ):
        (error,) = errors_of(await client.call_tool("show_workout", gym.calls["show_workout"]))
    assert (error["code"], error["retryAfterSeconds"]) == ("TIMEOUT", 5)


async def test_of_too_many_tools_some_are_left_out_and_one_that_is_not_valid_is(
    fresh: Served, gym: Gym, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, owner: Pool
) -> None:
    monkeypatch.setattr(catalog, "MAX_TOOLS", 3)
    texts = {f"t{number}": f'"d" query t{number} {{ viewer {{ isPlatformAdmin }} }}' for number in range(5)}
    texts["t1"] = '"d" query t1 { no_such_field }'
    for name, text in texts.items():
        await owner.execute(
            "INSERT INTO persisted_documents (hash, text) VALUES ($1, $2)", hash_of(text), text.encode()
        )
        await owner.execute(
            "INSERT INTO trusted_documents (id, hash, name, tool) VALUES ($1, $1, '', $2)", hash_of(text), name
        )
    with caplog.at_level(logging.WARNING):
        assert [name for name in await names(fresh, gym) if name[0] == "t"] == ["t0", "t2"]
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert "too many tools" in logged and "not valid" in logged and "no_such_field" not in logged
    await owner.execute("DELETE FROM trusted_documents WHERE tool LIKE 't_'")


async def test_two_documents_of_one_import_cannot_be_one_tool(commands: Commands) -> None:
    texts = [f'"d" query same {{ way{number}: __typename }}' for number in range(2)]
    lines = await asyncio.to_thread(commands.refuses, by_their_hashes(*texts))
    assert "nothing was stored" in lines[0]
    assert "it is the tool same, and so is entry 1" in lines[1] and lines[1].endswith("rename one."), lines
