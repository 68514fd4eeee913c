"""Budgets of callers: leaky buckets, which requests fill by their cost and which drain at a constant rate.

A process accounts for its own requests alone, so that none of them waits for Redis. What a caller has spent here is
sent to Redis once it comes to a SHARE of the capacity, and the answer has what all processes know (`shared`). So over
several processes a caller may spend so much more: a SHARE for each process, and what it spends until Redis has
answered, a tenth of a second as a rule.

The accounts of a process are bounded, so some are dropped, and a caller whose account was dropped begins with an empty
bucket. Those with the least in their buckets are dropped: their callers gain the least, or nothing, as most buckets are
empty.
To be rid of an account that has spent s, an attacker would have to spend s from MAX_ACCOUNTS / 2 others, which gains
nothing; and what came to a SHARE is in Redis too, where the account is found again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

SHARE = 1 / 50
"""The part of the capacity that a caller may spend in one process before Redis hears of it."""

MAX_ACCOUNTS = 10_000
"""Maximum number of callers of a kind that a process accounts for: 3 MB. Beyond that the emptier half is dropped."""

MAX_LEVEL = 2
"""Maximum level of a bucket, in capacities. Some costs are known only after the work was done, and may raise the level
above the capacity; what would raise it above this maximum is not charged."""


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

    __slots__ = ("_budgets", "at", "caller", "key", "level", "unsent")

    def __init__(self, budgets: "Budgets", caller: str, key: str, now: float) -> None:
        self._budgets = budgets
        self.caller = caller
        self.key = key
        """Of all accounts, in all processes."""
        self.level = 0.0
        """What is in the bucket, at the time `at`."""
        self.at = now
        self.unsent = 0.0
        """What was spent here, and Redis has not heard of."""

    @property
    def was_full(self) -> bool:
        """True if the bucket was full when its level was last set; some of it may have drained since."""
        return self.level >= self._budgets.capacity

    def admit(self, cost: float = 0) -> float:
        """Spend this cost, at most the capacity. Returns what was spent.

        Raises BudgetSpent where the bucket would run over, and spends nothing.
        """
        budgets = self._budgets
        capacity, refill = budgets.capacity, budgets.refill
        now = budgets.clock()
        level = self.level - (now - self.at) * refill if now > self.at else self.level
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
        budgets = self._budgets
        self.level = min(max(0.0, self.level + cost), MAX_LEVEL * budgets.capacity)
        self.unsent += cost
        if abs(self.unsent) > budgets.share:
            budgets.send(self)

    @property
    def policy(self) -> Policy:
        """The policy of its budget."""
        return self._budgets.policy

    def present(self) -> "Account":
        """The account of its caller, which is another one if it was dropped meanwhile."""
        return self._budgets.account(self.caller)

    def current(self) -> float:
        """What is in the bucket now."""
        budgets = self._budgets
        return max(0.0, self.level - max(0.0, budgets.clock() - self.at) * budgets.refill)

    def remaining(self) -> int:
        """What is left of the budget now."""
        return max(0, int(self._budgets.capacity - self.current()))


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
        self._accounts: dict[str, Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def account(self, caller: str) -> Account:
        """The account of a caller."""
        account = self._accounts.get(caller)
        if account is None:
            if len(self._accounts) >= MAX_ACCOUNTS:
                self._drop()
            account = self._accounts[caller] = Account(self, caller, f"{self._kind}:{caller}", self.clock())
        return account

    def send(self, account: Account) -> None:
        """Have Redis hear of what an account has spent."""
        if self._accounts.get(account.caller) is account:  # it was not dropped meanwhile
            self.unsent[account] = None
            self.on_unsent()

    def _drop(self) -> None:
        """Drop the emptier half of the accounts; most of them are empty, and nothing is lost by them."""
        ordered = sorted(self._accounts.values(), key=Account.current)
        for account in ordered[: len(ordered) // 2]:
            del self._accounts[account.caller]
            self.unsent.pop(account, None)


def _nothing() -> None:
    """Do nothing: for budgets that are not shared by Redis."""
