"""A budget is a leaky bucket: it never admits more than its capacity and what drains meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast  # the client of Redis, which nothing calls

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph import live
from kinegraph.cost import budgets as module
from kinegraph.cost import shared
from kinegraph.cost.budgets import Budgets, BudgetSpent, Policy
from kinegraph.settings import Settings
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
        every.account(str(number)).admit(1)
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


async def test_what_drains_while_redis_is_away_is_not_sent_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "INTERVAL_SECONDS", 0)
    monkeypatch.setattr(shared, "AWAY_SECONDS", 0)
    together, clock = Together(), Clock()
    together.is_away = True
    every = Budgets("user", Policy(100, 10), clock)
    sharing = asyncio.create_task(shared.share([every], together))
    for _ in range(50):  # an outage of 500 seconds, in which a caller uses the budget fully
        every.account("busy").admit(100)
        before = together.calls

        async def has_been_tried(before: int = before) -> bool:
            return together.calls > before

        await until(has_been_tried)
        clock.now += 10
    every.account("busy").admit(60)
    together.is_away = False

    async def is_sent() -> bool:
        return not every.unsent and bool(together.levels)

    await until(is_sent)
    assert together.levels["user:busy"] <= 100
    sharing.cancel()


async def test_accounts_that_were_dropped_while_redis_was_asked_are_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 10)
    together, every = Together(), Budgets("user", Policy(100, 1), Clock())
    together.is_away = True
    dropped = every.account("dropped")
    dropped.admit(5)
    sending = asyncio.create_task(shared._send(every, together))
    for number in range(30):
        every.account(str(number)).admit(50)
    again = every.account("dropped")
    again.admit(7)
    assert await sending is False
    assert again is not dropped and dropped not in every.unsent and len(every.unsent) <= len(every) <= 10


def test_a_clock_that_goes_back_neither_fills_nor_empties_a_bucket() -> None:
    clock = Clock()
    account = Budgets("user", Policy(100, 10), clock).account("a")
    clock.now = 1_000
    account.admit(60)
    clock.now = 10
    assert account.remaining() == 40
    account.admit(10)
    clock.now = 12
    assert account.remaining() == 50


def test_a_bucket_never_holds_more_than_twice_its_capacity() -> None:
    account = Budgets("user", Policy(100, 10), Clock()).account("a")
    account.spend(10**9)
    with pytest.raises(BudgetSpent) as refused:
        account.admit(1)
    assert refused.value.seconds <= 2 * 100 / 10


def test_an_account_is_not_got_rid_of_by_accounts_that_have_spent_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 100)
    every = Budgets("address", Policy(1_000, 1), Clock())
    every.account("flood").admit(900)
    for number in range(10_000):
        every.account(f"10.0.{number // 256}.{number % 256}").admit(899)
    assert every.account("flood").remaining() == 100


async def test_a_process_ends_where_the_client_of_redis_loses_a_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    began = asyncio.Event()

    class Deaf:
        """Redis's client, in which asyncio.wait_for loses a cancellation that meets the end of what it awaits."""

        def __init__(self, redis: object) -> None:
            pass

        async def add(self, spent: Mapping[str, float], policy: Policy) -> None:
            """Lose every other cancellation."""
            began.set()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    monkeypatch.setattr(live, "RedisLevels", Deaf)
    monkeypatch.setattr(shared, "INTERVAL_SECONDS", 0)
    settings = Settings(cost_budget=100)
    async with asyncio.timeout(20), live.open_metering(settings, cast(Any, None)) as metering:
        metering.meter("someone", "", is_requested=False).begin(10**6)
        await began.wait()
