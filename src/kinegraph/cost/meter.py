"""The meter of a request: what it is estimated to cost, what it did cost, and its caller's account."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Any, Protocol  # Any: values of variables, and of `extensions`: JSON

from kinegraph.cost.budgets import Account, Budgets, BudgetSpent
from kinegraph.cost.estimate import STATEMENT_COST, Costliest, Estimate, Formula, cost_of
from kinegraph.cost.refusals import CostRefused, too_costly

CHARACTERS_PER_COST = 8
"""Characters of a document that cost 1 where it has to be parsed and validated: 10 to 25 microseconds."""

REQUEST_COST = 20
"""What each request is charged beside its cost: reading it, the token, the transaction. A few tenths of a millisecond;
without it a budget would not bound a flood of the smallest requests."""

BYTES_PER_COST = 2_000
"""Bytes of a request that cost 1: they are read and parsed before the request is charged, in a few microseconds."""

FIELDS_PER_COST = 20
"""Fields of a formula that cost 1 where it is evaluated for sizes that it was not evaluated for before."""

INTROSPECTION_SHARE = 3 / 4
"""The part of the maximum cost that introspection may have: beside other fields, it is executed while others wait."""

MISS_STATEMENTS = 2
"""Statements of a look-up of a persisted document that is not there: in Redis, and in PostgreSQL."""

REGISTRATION_STATEMENTS = 5
"""Statements that register a document."""

EVENT_SECONDS = 1.0
"""How often it is looked whether a subscriber has the budget for the next event."""

NO_ESTIMATE = Estimate(0, 0)


def require_within(estimate: Estimate, costliest: Callable[[], Costliest], limit: int) -> None:
    """Require an estimate that is not above the limit, and introspection within its share. Raises CostRefused."""
    if estimate.cost > limit:
        raise too_costly(estimate.cost, limit, costliest())
    if estimate.introspections and estimate.introspection_cost > limit * INTROSPECTION_SHARE:
        raise too_costly(estimate.introspection_cost, int(limit * INTROSPECTION_SHARE), costliest())


class Counted(Protocol):
    """A session that counts its statements."""

    statements: int


class Meter:
    """What one request costs. The execution adds objects, statements and hits of the cache."""

    __slots__ = (
        "_account",
        "_metering",
        "_spent",
        "estimate",
        "hits",
        "is_requested",
        "objects",
        "statements",
        "values",
    )

    def __init__(self, metering: "Metering", account: Account | None, *, is_requested: bool) -> None:
        self._metering = metering
        self._account = account
        self._spent: float | None = None
        """What the account was charged for the operation; None where it was not admitted yet."""
        self.is_requested = is_requested
        """True if the answer is to say what it cost."""
        self.estimate = NO_ESTIMATE
        self.objects = 0
        self.statements = 0
        self.values = 0
        self.hits = 0

    def begin(self, length: int) -> None:
        """Charge what every request costs, and its bytes. Raises CostRefused where the budget was spent before."""
        account = self._account
        if account is None:
            return
        if account.was_full:
            self._admit(0)
        account.spend(REQUEST_COST + length // BYTES_PER_COST)

    @contextmanager
    def look_up(self) -> Iterator[None]:
        """A block that looks a persisted document up; where it is not found, the statements for it are charged."""
        try:
            yield
        except Exception:
            self._spend_statements(MISS_STATEMENTS)
            raise

    def registered(self) -> None:
        """Charge the registration of a document."""
        self._spend_statements(REGISTRATION_STATEMENTS)

    def _spend_statements(self, count: int) -> None:
        if self._account is not None:
            self._account.spend(STATEMENT_COST * count)

    def parsed(self, characters: int) -> None:
        """Charge a document that had to be parsed, valid or not."""
        if self._account is not None:
            self._account.spend(1 + characters // CHARACTERS_PER_COST)

    def prepared(self, cost: int) -> None:
        """Charge what a field has obtained from another service."""
        if self._account is not None:
            self._account.spend(cost)

    def admit(self, formula: Formula, variables: Mapping[str, Any] | None) -> None:
        """Charge the estimate. Raises CostRefused where it is above the limit, or above what the caller has left."""
        if formula.fields and self._account is not None and not formula.has_estimate(variables):
            self._account.spend(formula.fields // FIELDS_PER_COST)
        self.estimate = estimate = formula.estimate(variables)
        self.values = formula.keys
        require_within(estimate, lambda: formula.costliest(variables), self._metering.max_cost)
        if self._account is not None:
            self._spent = self._admit(estimate.cost)

    async def event(self) -> "Meter":
        """The meter of one event of this request's subscription, charged with its estimate.

        Waits until the subscriber has the budget for it: events come later then, and none is refused.
        """
        account = None if self._account is None else self._account.present()
        meter = Meter(self._metering, account, is_requested=False)
        meter.estimate = self.estimate
        while account is not None:
            try:
                meter._spent = account.admit(self.estimate.cost)
                break
            except BudgetSpent as error:
                await asyncio.sleep(min(error.seconds, EVENT_SECONDS))
        return meter

    def add(self, objects: int, values: int, statements: int, hits: int) -> None:
        """Add what an execution did."""
        self.objects += objects
        self.values += values
        self.statements += statements
        self.hits += hits

    @contextmanager
    def counting(self, session: Counted) -> Iterator[None]:
        """A block that reads for the request in a session of its own, whose statements are added."""
        try:
            yield
        finally:
            self.statements += session.statements

    def subscribed(self) -> None:
        """A subscription has begun: its estimate stays charged, whatever is done until its first event."""
        self._spent = None

    def finish(self) -> None:
        """Charge the difference between what the request did cost until now and what was charged.

        However a request ends, this is called when it does; nothing happens where it was not admitted.
        """
        if self._account is not None and self._spent is not None:
            self._account.spend(self.actual - self._spent)
            self._spent = self.actual

    @property
    def actual(self) -> int:
        """What the request did cost: the root counts as an object."""
        cost = cost_of(1 + self.objects, self.statements, self.values)
        return max(cost, self.estimate.introspection_cost) if self.objects else cost

    def _admit(self, cost: int) -> float:
        assert self._account is not None
        try:
            return self._account.admit(cost)
        except BudgetSpent as error:
            raise self._limited(error.seconds) from None

    def _limited(self, seconds: float) -> CostRefused:
        wait = max(1, ceil(seconds))
        message = f"Too many requests for now: the budget of this caller is spent. Try again after {wait} s."
        headers = {"Retry-After": str(wait), **self.headers(wait)}
        return CostRefused(429, "RATE_LIMITED", message, {"budget": self._budget(), "retryAfter": wait}, headers)

    def headers(self, wait: int | None = None) -> dict[str, str]:
        """The headers of draft-ietf-httpapi-ratelimit-headers: the budget, what is left, and when it is whole again."""
        if self._account is None:
            return {}
        policy, remaining = self._account.policy, self._account.remaining()
        reset = ceil((policy.capacity - remaining) / policy.refill) if wait is None else wait
        quota = f'"cost";q={policy.capacity:.0f};w={ceil(policy.seconds)}'
        return {"RateLimit-Policy": quota, "RateLimit": f'"cost";r={remaining};t={reset}'}

    def report(self) -> dict[str, Any]:
        """The request's cost as `extensions.cost` of the answer."""
        return {
            "estimated": self.estimate.cost,
            "actual": self.actual,
            "statements": self.statements,
            "cacheHits": self.hits,
            "limit": self._metering.max_cost,
            "budget": self._budget(),
        }

    def _budget(self) -> dict[str, float] | None:
        if self._account is None:
            return None
        policy = self._account.policy
        return {
            "remaining": self._account.remaining(),
            "capacity": int(policy.capacity),
            "refillPerSecond": int(policy.refill) if policy.refill == int(policy.refill) else policy.refill,
        }


class Metering:
    """Makes the meters of requests; `users` and `addresses` are None where budgets are off."""

    def __init__(self, max_cost: int, users: Budgets | None = None, addresses: Budgets | None = None) -> None:
        self.max_cost = max_cost
        self._users = users
        self._addresses = addresses

    def meter(self, user: str | None, address: str, *, is_requested: bool) -> Meter:
        """The meter of a request by this user, or by somebody at this address."""
        budgets, caller = (self._addresses, address) if user is None else (self._users, user)
        return Meter(self, None if budgets is None else budgets.account(caller), is_requested=is_requested)
