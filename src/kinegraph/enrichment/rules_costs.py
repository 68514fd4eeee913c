"""The cost of requests in micro-dollars (millionths of a US dollar), the account of a run, and its message."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol
from uuid import UUID

MICROS = 1_000_000
"""Micro-dollars of a US dollar."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, which is micro-dollars for one."""

    input: Decimal
    output: Decimal

    def cost(self, input_tokens: int, output_tokens: int) -> int:
        """The cost of so many tokens, in micro-dollars, rounded up."""
        return math.ceil(self.input * input_tokens + self.output * output_tokens)


PRICES: Mapping[str, Price] = {
    "claude-haiku-4-5": Price(Decimal("1"), Decimal("5")),
    "claude-sonnet-4-5": Price(Decimal("3"), Decimal("15")),
    "claude-sonnet-4-6": Price(Decimal("3"), Decimal("15")),
    "claude-opus-4-5": Price(Decimal("5"), Decimal("25")),
    "claude-opus-4-6": Price(Decimal("5"), Decimal("25")),
}
"""Prices by model, from Anthropic's public list (docs.anthropic.com, About Claude, Pricing) as of March 2026.

Settings override them, and give those of other models. A name may have a date at its end.
"""


def price_of(model: str, input_price: float | None, output_price: float | None) -> Price | None:
    """The price of a model: that of the settings where both are set, else that of the list; None without either."""
    if input_price is not None and output_price is not None:
        return Price(Decimal(str(input_price)), Decimal(str(output_price)))
    name, _, date = model.rpartition("-")
    return PRICES.get(name if date.isdigit() and len(date) == 8 else model)


def max_cost_of_request(price: Price, content_bytes: int, max_output_tokens: int) -> int:
    """The most that a request can cost: a token has at least one byte, and an answer at most so many tokens."""
    return price.cost(content_bytes + OVERHEAD_TOKENS, max_output_tokens)


OVERHEAD_TOKENS = 1_000
"""Upper bound of the tokens that the vendor adds to a request with a tool."""


def shown(cost: int) -> str:
    """An amount for people, such as `0.0123 USD`."""
    return f"{cost / MICROS:.4f} USD"


class RunRow(Protocol):
    """The account of a run, as it is stored. Costs are in micro-dollars; `max_cost` is its budget."""

    job_id: UUID
    model: str
    max_cost: int
    cost: int
    requests: int
    input_tokens: int
    output_tokens: int
    enriched: int
    proposed: int
    applied: int
    refused: int
    unreadable: int
    passes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one pass of a job: numbers of the exercises that were due.

    `elsewhere`: those that another job has, or that were changed meanwhile.
    """

    due: int
    answered: int = 0
    unreadable: int = 0
    elsewhere: int = 0
    unreadable_in_a_row: int = 0
    is_budget_spent: bool = False
    has_more: bool = False
    """Whether more exercises may be due than one run has."""

    @property
    def left(self) -> int:
        """Those that were not requested."""
        return self.due - self.answered - self.unreadable - self.elsewhere

    def with_batch(self, size: int, answered: int, unreadable: int) -> "Outcome":
        """The outcome after one more batch of so many exercises."""
        return replace(
            self,
            answered=self.answered + answered,
            unreadable=self.unreadable + unreadable,
            elsewhere=self.elsewhere + size - answered - unreadable,
            unreadable_in_a_row=self.unreadable_in_a_row + 1 if unreadable and not answered else 0,
        )


def progress_of(enriched: int, total: int) -> str:
    """The sentence that a job shows while it runs, and after it was cancelled."""
    return f"{enriched} of {total} exercises are enriched."


def message_of(account: RunRow, outcome: Outcome) -> str:
    """The sentences that a job shows in its end."""
    tokens = f"{account.input_tokens:,} + {account.output_tokens:,} tokens"
    aliases = f"{account.proposed} aliases proposed, {account.applied} of them applied"
    sentences = [
        f"{account.enriched} exercises enriched: {aliases}, {account.refused} texts refused by the rules.",
        f"{account.requests} requests, {tokens}, {shown(account.cost)}.",
    ]
    if outcome.is_budget_spent:
        left = outcome.left + outcome.unreadable
        sentences.append(
            f"The budget of {shown(account.max_cost)} is spent: {left} exercises are left for the next run."
        )
    elif outcome.unreadable:
        sentences.append(
            f"Answers for {outcome.unreadable} exercises could not be read: they are left for the next run."
        )
    if outcome.elsewhere:
        sentences.append(f"{outcome.elsewhere} exercises are with another job, or were changed meanwhile.")
    if not outcome.is_budget_spent and outcome.left:
        sentences.append(f"{outcome.left} exercises are left for the next run.")
    if outcome.has_more:
        sentences.append("Further exercises are left for the next run.")
    return " ".join(sentences)
