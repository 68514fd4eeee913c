"""Adding up what callers have spent in all processes, in the background."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Protocol

from kinegraph.cost.budgets import Account, Budgets, Policy

log = logging.getLogger("kinegraph.cost")

INTERVAL_SECONDS = 0.1
"""How long what was spent is collected before it is sent."""
AWAY_SECONDS = 2.0
"""How long to wait before Redis is tried again."""
MAX_SENT = 500
"""Accounts of one message, at most."""


class Levels(Protocol):
    """The buckets of all processes."""

    async def add(self, spent: Mapping[str, float], policy: Policy) -> Sequence[float] | None:
        """Add what was spent, by key. Returns the new levels, in the same order; None where they do not answer."""


async def share(every: Sequence[Budgets], levels: Levels) -> None:
    """Send what accounts have spent, whenever there is something, until this task is cancelled."""
    wake = asyncio.Event()
    wake.set()  # for what was spent before this task began
    for budgets in every:
        budgets.on_unsent = wake.set
    was_away = False
    while True:
        await wake.wait()
        await asyncio.sleep(INTERVAL_SECONDS)
        wake.clear()
        done = [await _send(budgets, levels) for budgets in every]
        if not all(done):
            if not was_away:
                log.warning("Redis does not answer: each process accounts for callers by itself")
            await asyncio.sleep(AWAY_SECONDS)
        was_away = not all(done)
        if any(budgets.unsent for budgets in every):
            wake.set()


async def _send(budgets: Budgets, levels: Levels) -> bool:
    """Send what some accounts have spent, and take the levels of all processes over. Returns false on failure.

    What has drained here since is not sent: after a failure of Redis that lasted, callers would wait for it.
    """
    accounts = [*islice(budgets.unsent, MAX_SENT)]
    if not accounts:
        return True
    spent = {account.key: min(account.unsent, account.current()) for account in accounts}
    for account in accounts:
        del budgets.unsent[account]
        account.unsent = 0
    found = await levels.add(spent, budgets.policy)
    if found is not None and len(found) != len(accounts):
        found = None  # no answer to what was sent
    for number, account in enumerate(accounts):
        _take_over(budgets, account, spent[account.key], None if found is None else found[number])
    return found is not None


def _take_over(budgets: Budgets, account: Account, spent: float, level: float | None) -> None:
    """Set the level of an account; where there was no answer, what was spent is sent later."""
    if level is None:
        account.unsent += spent
        budgets.send(account)
        return
    account.level = level + account.unsent  # what was spent meanwhile is not in the answer
    account.at = budgets.clock()
