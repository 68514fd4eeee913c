"""A request that loses a deadlock is executed again, as a plan, a bounded number of times."""

import asyncpg
import pytest

from kinegraph.api import execution
from kinegraph.workout import store
from tests.conftest import Api, Organization

CREATE = """
mutation ($id: ID!) {
  createProgram(input: {organizationId: $id, name: "Strength"}) { program { name } userErrors { code } }
}
"""


class Deadlocks:
    """In place of the function that inserts a program: each call loses a deadlock, up to a number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0
        self._insert = store.insert_program

    async def __call__(self, *arguments: object) -> object:
        self.calls += 1
        if self.calls <= self.number:
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return await self._insert(*arguments)  # type: ignore[arg-type]  # as they came


async def test_a_deadlock_is_tried_again_eight_times_at_most(
    api: Api, gym: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlocks = Deadlocks(100)
    monkeypatch.setattr(store, "insert_program", deadlocks)
    answer = await api.post(CREATE, gym.coach, id=str(gym.id))
    assert deadlocks.calls == execution.MAX_TRIES == 8
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "CONFLICT")


async def test_a_request_that_lost_two_deadlocks_writes_once(
    api: Api, gym: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "insert_program", Deadlocks(2))
    assert (await api.run(CREATE, gym.coach, id=str(gym.id)))["createProgram"]["program"] == {"name": "Strength"}
