"""Calls of a vendor over HTTP: in the vendor's limits, tried again, within a deadline, and not while it is down.

Retries are tenacity's, limits aiolimiter's; the circuit breaker is `vendor_breaker`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from aiolimiter import AsyncLimiter
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random, wait_random_exponential

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.vendor_breaker import Breaker

T = TypeVar("T")

Retried = Callable[[ServiceError], Awaitable[None]]
"""Is called with the fault of a call that will be tried again, before the delay."""

FAIR_SHARE = 0.5
"""A call that is not answered in time counts as a fault of the vendor if it had at least this share of `call_seconds`.
The caller's deadline may end it sooner."""
MAX_RETRY_AFTER_SECONDS = 60
"""Maximum delay that a vendor's `Retry-After` has. Beyond it a later job calls again."""


class PassingFault(ServiceError):
    """A call failed for a reason that may pass. It is tried again, after `retry_after_seconds` if they are known."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class VendorUnavailable(ServiceError):
    """A vendor is not called: its circuit breaker is open, or its limit of calls is reached beyond the deadline."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a caller waits: calls in all, seconds for each, and seconds for all with the delays between them."""

    max_calls: int
    call_seconds: float
    deadline_seconds: float


class VendorCalls:
    """The calls of one vendor by this process. `send` of a call raises PassingFault or another ServiceError."""

    def __init__(
        self,
        vendor: str,
        *,
        requests_per_minute: int,
        tokens_per_minute: int,
        breaker: Breaker | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.vendor = vendor
        self.breaker = breaker or Breaker(time.monotonic)
        self._requests = AsyncLimiter(requests_per_minute)
        self._tokens = AsyncLimiter(tokens_per_minute)
        self._sleep = sleep

    async def call(
        self,
        send: Callable[[], Awaitable[T]],
        patience: Patience,
        tokens: int = 0,
        retried: Retried | None = None,
    ) -> T:
        """The answer to `send`, which is called again where it fails for a reason that may pass. Raises ServiceError.

        `tokens` is the estimated number of tokens of a call; more than the limit of a minute counts as that. What
        `retried` raises ends the calls.
        """

        async def before_sleep(state: RetryCallState) -> None:
            fault = state.outcome.exception() if state.outcome else None
            if retried is not None and isinstance(fault, ServiceError):
                await retried(fault)

        deadline = asyncio.get_running_loop().time() + patience.deadline_seconds
        retries = AsyncRetrying(
            retry=retry_if_exception_type(PassingFault),
            stop=stop_after_attempt(patience.max_calls) | stop_before_delay(patience.deadline_seconds),
            wait=retry_delay_seconds,
            sleep=self._sleep,
            before_sleep=before_sleep,
            reraise=True,
        )
        return await retries(self._call_once, send, patience.call_seconds, tokens, deadline)

    async def _call_once(self, send: Callable[[], Awaitable[T]], seconds: float, tokens: int, deadline: float) -> T:
        try:
            async with asyncio.timeout_at(deadline):
                await self._requests.acquire()
                await self._tokens.acquire(min(tokens, self._tokens.max_rate))
        except TimeoutError:
            raise VendorUnavailable(f"The limit of calls of {self.vendor} per minute is reached.") from None
        if not self.breaker.begin():
            left = self.breaker.seconds_left
            raise VendorUnavailable(f"{self.vendor} failed repeatedly; it is called again in {left:.0f} seconds.")
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(now + seconds, deadline)):
                answer = await send()
        except TimeoutError:
            if deadline - now >= seconds * FAIR_SHARE:
                self.breaker.fail()
            else:
                self.breaker.abandon()
            raise PassingFault(f"{self.vendor} did not answer in time ({seconds:g} seconds).") from None
        except PassingFault:
            self.breaker.fail()
            raise
        except BaseException:
            self.breaker.abandon()
            raise
        self.breaker.succeed()
        return answer


def retry_delay_seconds(state: RetryCallState) -> float:
    """The delay before the next call: what the vendor requested and up to a second more, else 0 to 1, 2, 4 … 30."""
    fault = state.outcome.exception() if state.outcome else None
    requested = fault.retry_after_seconds if isinstance(fault, PassingFault) else None
    if requested is not None:
        return min(requested, MAX_RETRY_AFTER_SECONDS) + wait_random(0, 1)(state)
    return wait_random_exponential(multiplier=1, max=30)(state)


def retry_after_seconds(header: str | None) -> float | None:
    """The seconds of a `Retry-After` header; None where it is missing, or a date."""
    try:
        return max(0.0, float(header or ""))
    except ValueError:
        return None
