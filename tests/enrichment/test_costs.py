"""Costs are counted in whole micro-dollars, rounded up, and a request never costs more than was estimated."""

from decimal import Decimal
from typing import Any  # an exercise as it is sent
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.enrichment.rules import AliasLanguage
from kinegraph.enrichment.rules_costs import Price, max_cost_of_request, price_of
from kinegraph.enrichment.rules_requests import Entry, content_of, max_output_tokens, size_of


@pytest.mark.parametrize(
    ("model", "prices", "price"),
    [
        ("claude-haiku-4-5", (None, None), Price(Decimal(1), Decimal(5))),
        ("claude-haiku-4-5-20251001", (None, None), Price(Decimal(1), Decimal(5))),
        ("claude-haiku-4-5", (0.8, 4.0), Price(Decimal("0.8"), Decimal(4))),
        ("another-model", (0.0, 0.0), Price(Decimal(0), Decimal(0))),
        ("another-model", (None, 1.0), None),
        ("another-model-20251001", (None, None), None),
    ],
)
def test_a_price_is_that_of_the_settings_or_of_the_list(model: str, prices: Any, price: Price | None) -> None:
    assert price_of(model, *prices) == price


def test_a_part_of_a_micro_dollar_counts_as_a_whole_one() -> None:
    assert Price(Decimal("0.1"), Decimal("0.25")).cost(3, 2) == 1
    assert Price(Decimal("1"), Decimal("5")).cost(1_000, 200) == 2_000


NAMES = st.text(max_size=255)


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=30)), min_size=1, max_size=8))
def test_a_request_has_no_more_bytes_than_were_counted(exercises: list[tuple[str, list[str]]]) -> None:
    entries = [
        Entry(UUID(int=1), (*AliasLanguage,), "", {"name": name, "aliases": aliases}) for name, aliases in exercises
    ]
    price = Price(Decimal(1), Decimal(5))
    bound = max_cost_of_request(price, size_of(entries), max_output_tokens(entries))
    assert bound > price.cost(len(content_of(entries).encode()), max_output_tokens(entries))
