"""The optional vendors of the settings: the language model, and the service of embeddings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinegraph.enrichment.jobs import Enricher
from kinegraph.enrichment.rules_costs import MICROS, price_of
from kinegraph.outside.claude import Claude
from kinegraph.outside.voyage import Voyage, open_voyage
from kinegraph.settings import Settings


def enrichment_budget(settings: Settings) -> int | None:
    """The budget of a job of the language model in micro-dollars; None without a key."""
    return None if settings.anthropic_api_key is None else round(settings.enrichment_budget * MICROS)


@asynccontextmanager
async def open_enricher(settings: Settings) -> AsyncIterator[Enricher | None]:
    """The language model of the settings, with its price and budget; None without a key."""
    budget = enrichment_budget(settings)
    if settings.anthropic_api_key is None or budget is None:
        yield None
        return
    claude = Claude(settings.anthropic_api_key, settings.anthropic_model, settings.anthropic_url)
    price = price_of(claude.model, settings.anthropic_input_price, settings.anthropic_output_price)
    try:
        yield Enricher(claude, price, budget)
    finally:
        await claude.close()


@asynccontextmanager
async def open_embeddings(settings: Settings) -> AsyncIterator[Voyage | None]:
    """The service of embeddings; None without a key."""
    async with open_voyage(settings.voyage_api_key, settings.voyage_url) as voyage:
        yield voyage
