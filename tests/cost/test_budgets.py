"""A budget is a leaky bucket: it never admits more than its capacity and what drains meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.cost import budgets as module
from kinegraph.cost import shared
from kinegraph.cost.budgets import Budgets, BudgetSpent, Policy
from tests.waiting import until


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@given(requests=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 150)), max_size=40))
def test_what_is_admitted_is_at_most_the_capacity_and_what_drains(requests: list[tuple[float, int]]) -> None:
    clock = Clock()
    account = Budgets("user", Policy(100, 10), clock).account("a")
    admitted = 0
    for pause, cost in requests:
        clock.now += pause
        with suppress(BudgetSpent):
            account.admit(cost)
            admitted += min(cost, 100)
    assert admitted <= 100 + 10 * clock.now + 1e-6


def test_after_the_time_that_a_refusal_names_the_same_request_is_admitted() -> None:
    clock = Clock()
    account = Budgets("user", Policy(100, 10), clock).account("a")
    account.admit(90)
    with pytest.raises(BudgetSpent) as refused:
        account.admit(60)
    clock.now += refused.value.seconds + 1e-9
    account.admit(60)
    with pytest.raises(BudgetSpent):
        account.admit(60)


def test_accounts_are_bounded_and_the_emptiest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 10)
    every = Budgets("user", Policy(100, 10), Clock())
    every.account("full").admit(90)
    for number in range(500):
        every.account(number)
        assert len(every) <= 10
    assert every.account("full").remaining() == 10


class Together:
    """The levels of all processes, in memory."""

    def __init__(self) -> None:
        self.levels: dict[str, float] = {}
        self.calls = 0
        self.is_away = False

    async def add(self, spent: Mapping[str, float], policy: Policy) -> Sequence[float] | None:
        """Add what was spent."""
        self.calls += 1
        if self.is_away:
            return None
        for key, cost in spent.items():
            self.levels[key] = self.levels.get(key, 0) + cost
        return [self.levels[key] for key in spent]


async def test_only_callers_who_spend_much_cause_a_message_and_what_redis_missed_is_sent_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared, "INTERVAL_SECONDS", 0)
    monkeypatch.setattr(shared, "AWAY_SECONDS", 0)
    together = Together()
    every = Budgets("user", Policy(1_000, 1), Clock())
    sharing = asyncio.create_task(shared.share([every], together))
    await asyncio.sleep(0)
    every.account("phone").admit(15)
    await asyncio.sleep(0.01)
    assert together.calls == 0
    together.is_away = True
    every.account("flood").admit(100)

    async def has_been_tried() -> bool:
        return together.calls > 1

    await until(has_been_tried)
    together.levels["user:flood"] = 500
    together.is_away = False

    async def is_taken_over() -> bool:
        return every.account("flood").remaining() == 400

    await until(is_taken_over)
    assert together.levels == {"user:flood": 600}
    every.account("flood").spend(-100)

    async def is_given_back() -> bool:
        return together.levels["user:flood"] == 500

    await until(is_given_back)
    sharing.cancel()
