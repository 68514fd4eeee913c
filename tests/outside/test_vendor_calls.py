"""Calls of vendors: retried after the delays that they request, within limits and deadlines, not while one is down."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.vendor_breaker import Breaker, BreakerState
from kinegraph.outside.vendor_calls import PassingFault, Patience, VendorCalls, VendorUnavailable, retry_after_seconds

PATIENT = Patience(max_calls=4, call_seconds=5, deadline_seconds=300)


class Clock:
    """A clock that stands still until it is moved, or somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def calls(clock: Clock, *, requests: int = 1_000, tokens: int = 1_000_000, failures: int = 5) -> VendorCalls:
    breaker = Breaker(clock, failures=failures, open_seconds=30)
    return VendorCalls(
        "The vendor", requests_per_minute=requests, tokens_per_minute=tokens, breaker=breaker, sleep=clock.sleep
    )


def answers(*outcomes: Exception | str) -> Callable[[], Awaitable[str]]:
    """A vendor with one outcome after the other, the last one for ever."""
    left = [*outcomes]

    async def send() -> str:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return send


async def test_a_fault_that_passes_is_retried_after_growing_random_delays() -> None:
    clock = Clock()
    fault = PassingFault("No.")
    assert await calls(clock).call(answers(fault, fault, fault, "yes"), PATIENT) == "yes"
    assert len(clock.slept) == 3
    assert all(0 <= delay <= limit for delay, limit in zip(clock.slept, (1, 2, 4), strict=True))


async def test_the_delay_that_a_vendor_requests_is_waited_and_bounded() -> None:
    clock = Clock()
    await calls(clock).call(answers(PassingFault("No.", 7), PassingFault("No.", 10_000), "yes"), PATIENT)
    first, second = clock.slept
    assert 7 <= first <= 8 and 60 <= second <= 61


async def test_a_delay_beyond_the_deadline_is_not_waited() -> None:
    clock = Clock()
    with pytest.raises(PassingFault):
        await calls(clock).call(answers(PassingFault("No.", 20)), Patience(4, 5, 10))
    assert clock.slept == []


async def test_the_last_fault_is_raised_and_another_error_is_not_retried() -> None:
    clock = Clock()
    with pytest.raises(PassingFault, match="Again"):
        await calls(clock).call(answers(PassingFault("No."), PassingFault("Again.")), PATIENT)
    assert len(clock.slept) == 3
    with pytest.raises(ServiceError, match="Never"):
        await calls(clock).call(answers(ServiceError("Never.")), PATIENT)
    assert len(clock.slept) == 3


async def test_a_vendor_that_is_silent_is_given_up_within_the_time_of_a_call() -> None:
    async def send() -> str:
        await asyncio.Event().wait()
        return "never"

    vendor = calls(Clock(), failures=1)
    with pytest.raises(PassingFault, match="did not answer in time"):
        await vendor.call(send, Patience(1, 0.01, 10))
    assert vendor.breaker.state is BreakerState.OPEN


@pytest.mark.parametrize(
    ("deadline", "state"), [(0.04, BreakerState.OPEN), (0.03, BreakerState.OPEN), (0.01, BreakerState.CLOSED)]
)
async def test_a_silent_vendor_has_failed_a_call_if_it_had_half_of_its_time_at_least(
    deadline: float, state: BreakerState
) -> None:
    async def send() -> str:
        await asyncio.Event().wait()
        return "never"

    vendor = calls(Clock(), failures=1)
    with pytest.raises(PassingFault, match="did not answer in time"):
        await vendor.call(send, Patience(1, 0.04, deadline))
    assert vendor.breaker.state is state


async def test_who_waits_is_shown_each_fault_that_is_tried_again() -> None:
    shown: list[str] = []

    async def show(fault: ServiceError) -> None:
        shown.append(str(fault))

    outcomes = answers(PassingFault("First."), PassingFault("Second."), PassingFault("Third."))
    with pytest.raises(PassingFault, match=r"Third\."):
        await calls(Clock()).call(outcomes, Patience(3, 5, 300), retried=show)
    assert shown == ["First.", "Second."]


async def test_the_breaker_opens_after_failures_in_a_row_and_closes_after_one_success() -> None:
    clock = Clock()
    vendor, once = calls(clock, failures=3), Patience(1, 5, 10)
    sent = 0

    async def fails() -> str:
        nonlocal sent
        sent += 1
        raise PassingFault("No.")

    for _ in range(3):
        with pytest.raises(PassingFault):
            await vendor.call(fails, once)
    with pytest.raises(VendorUnavailable, match="30 seconds"):
        await vendor.call(fails, once)
    assert sent == 3
    clock.now += 31
    assert [vendor.breaker.state] == [BreakerState.HALF_OPEN]
    with pytest.raises(PassingFault):
        await vendor.call(fails, once)
    assert (sent, vendor.breaker.state) == (4, BreakerState.OPEN)
    clock.now += 31
    assert await vendor.call(answers("yes"), once) == "yes"
    assert vendor.breaker.state is BreakerState.CLOSED


async def test_one_call_alone_tries_a_vendor_that_was_down() -> None:
    clock = Clock()
    vendor, once = calls(clock, failures=1), Patience(1, 5, 10)
    with pytest.raises(PassingFault):
        await vendor.call(answers(PassingFault("No.")), once)
    clock.now += 31
    answered = asyncio.Event()

    async def slow() -> str:
        await answered.wait()
        return "yes"

    trial = asyncio.create_task(vendor.call(slow, once))
    await asyncio.sleep(0)
    with pytest.raises(VendorUnavailable):
        await vendor.call(answers("yes"), once)
    answered.set()
    assert await trial == "yes"
    assert await vendor.call(answers("yes"), once) == "yes"


async def test_a_cancelled_trial_leaves_the_next_one_free() -> None:
    clock = Clock()
    breaker = Breaker(clock, failures=1, open_seconds=30)
    breaker.fail()
    clock.now += 31
    assert breaker.begin() and not breaker.begin()
    breaker.abandon()
    assert breaker.begin()


@given(st.lists(st.sampled_from(["succeed", "fail", "abandon", "wait"]), max_size=60))
def test_a_breaker_is_never_open_for_longer_than_its_time(outcomes: list[str]) -> None:
    clock = Clock()
    breaker = Breaker(clock, failures=2, open_seconds=30)
    for outcome in outcomes:
        if outcome == "wait":
            clock.now += 10
        elif breaker.begin():
            getattr(breaker, outcome)()
    assert breaker.seconds_left <= 30
    clock.now += 30
    assert breaker.begin()


async def test_calls_beyond_the_limit_of_a_minute_wait_and_give_up_at_their_deadline() -> None:
    vendor = calls(Clock(), requests=2)
    hasty = Patience(1, 0.05, 0.05)
    for _ in range(2):
        await vendor.call(answers("yes"), hasty)
    with pytest.raises(VendorUnavailable, match="per minute"):
        await vendor.call(answers("yes"), hasty)
    by_tokens = calls(Clock(), tokens=100)
    await by_tokens.call(answers("yes"), hasty, tokens=90)
    with pytest.raises(VendorUnavailable, match="per minute"):
        await by_tokens.call(answers("yes"), hasty, tokens=20)


def test_only_seconds_are_read_of_a_retry_after_header() -> None:
    found = [retry_after_seconds(each) for each in ("5", "0.5", "-1", None, "", "Mon, 30 Nov 2026 00:00:00 GMT")]
    assert found == [5, 0.5, 0, None, None, None]
