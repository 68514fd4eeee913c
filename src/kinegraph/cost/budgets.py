"""Budgets of callers: leaky buckets, which requests fill by their cost and which drain at a constant rate.

A process accounts for its own requests alone, so that none of them waits for Redis. What a caller has spent here is
sent to Redis once it comes to a SHARE of the capacity, and the answer has what all processes know (`shared`). So over
several processes a caller may spend so much more: a SHARE for each process, and what it spends until Redis has
answered, a tenth of a second as a rule.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

SHARE = 1 / 50
"""The part of the capacity that a caller may spend in one process before Redis hears of it."""

MAX_ACCOUNTS = 10_000
"""Maximum number of callers that a process accounts for; those whose bucket is the emptiest are dropped beyond that."""


class BudgetSpent(Exception):
    """The caller has no budget for the request; after `seconds` it has."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Policy:
    """How large the bucket of a caller is, and how much of it drains in a second."""

    capacity: float
    refill: float

    @property
    def seconds(self) -> float:
        """The time in which a full bucket drains."""
        return self.capacity / self.refill


class Account:
    """The bucket of one caller, as this process knows it."""

    __slots__ = ("_budgets", "at", "key", "level", "unsent")

    def __init__(self, budgets: "Budgets", key: str, now: float) -> None:
        self._budgets = budgets
        self.key = key
        self.level = 0.0
        """What is in the bucket, at the time `at`."""
        self.at = now
        self.unsent = 0.0
        """What was spent here, and Redis has not heard of."""

    @property
    def may_be_spent(self) -> bool:
        """False where the bucket is not full, without a look at how much of it has drained."""
        return self.level >= self._budgets.capacity

    def admit(self, cost: float = 0) -> float:
        """Spend this cost, at most the capacity. Returns what was spent.

        Raises BudgetSpent where the bucket would run over, and spends nothing.
        """
        budgets = self._budgets
        capacity, refill = budgets.capacity, budgets.refill
        now = budgets.clock()
        level = self.level - (now - self.at) * refill
        if level < 0:
            level = 0.0
        self.at = now
        self.level = level
        cost = min(cost, capacity)
        if level + cost > capacity or (level >= capacity and not cost):
            raise BudgetSpent((level + max(cost, 1) - capacity) / refill)
        if cost:
            self.level = level + cost
            self.unsent += cost
            if self.unsent > budgets.share:
                budgets.send(self)
        return cost

    def spend(self, cost: float) -> None:
        """Spend a cost that has arisen already; a negative one gives back what was spent too much."""
        self.level = max(0.0, self.level + cost)
        self.unsent += cost
        if abs(self.unsent) > self._budgets.share:
            self._budgets.send(self)

    @property
    def policy(self) -> Policy:
        """The policy of its budget."""
        return self._budgets.policy

    def remaining(self) -> int:
        """What is left of the budget now."""
        budgets = self._budgets
        level = self.level - (budgets.clock() - self.at) * budgets.refill
        return max(0, int(budgets.capacity - max(0.0, level)))


class Budgets:
    """The accounts of one kind of callers, such as users. At most MAX_ACCOUNTS are stored."""

    def __init__(self, kind: str, policy: Policy, clock: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self.capacity = policy.capacity
        self.refill = policy.refill
        self.share = policy.capacity * SHARE
        self.clock = clock
        self.unsent: dict[Account, None] = {}
        """The accounts that Redis is to hear of."""
        self.on_unsent: Callable[[], None] = _nothing
        """Called when there is an account that Redis is to hear of."""
        self._kind = kind
        self._accounts: dict[Hashable, Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def account(self, caller: Hashable) -> Account:
        """The account of a caller."""
        account = self._accounts.get(caller)
        if account is None:
            if len(self._accounts) >= MAX_ACCOUNTS:
                self._drop()
            account = self._accounts[caller] = Account(self, f"{self._kind}:{caller}", self.clock())
        return account

    def send(self, account: Account) -> None:
        """Have Redis hear of what an account has spent."""
        self.unsent[account] = None
        self.on_unsent()

    def _drop(self) -> None:
        """Drop the emptier half of the accounts; most of them are empty, and nothing is lost by them."""
        now = self.clock()
        ordered = sorted(self._accounts.items(), key=lambda each: each[1].level - (now - each[1].at) * self.refill)
        for caller, account in ordered[: len(ordered) // 2]:
            del self._accounts[caller]
            self.unsent.pop(account, None)


def _nothing() -> None:
    """Where nothing is shared, nobody is called."""
