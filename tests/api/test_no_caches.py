"""With both cache settings at 0 no cache of the process grows, however many different requests it answers."""

import gc
from collections import Counter, OrderedDict, defaultdict, deque
from functools import _lru_cache_wrapper
from sys import modules
from typing import Any  # objects of any module

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.filling import SHAPES
from tests.conftest import Api, Organization, World, running
from tests.rooms import merged
from tests.settings import with_settings

PACKAGES = ("kinegraph", "strawberry", "graphql", "starlette", "jwt", "asyncpg", "orjson")
SIZED = (dict, list, set, OrderedDict, Counter, defaultdict, deque)
CACHES = (_lru_cache_wrapper, *SIZED)
EXEMPT = {
    "kinegraph.kit.batches.narrow": "texts of columns, of which there are as many as the schema allows; at most 2,000",
    "kinegraph.kit.leases.Lease._prepared": "statements prepared on a connection, at most 200 of each",
    "kinegraph.kit.pool.ConnectionPool._": "connections, at most the size of the pool; which list has them changes",
    "kinegraph.cost.budgets.Budgets._accounts": "state of callers, at most MAX_ACCOUNTS (tests/cost/test_budgets)",
    **{
        f"kinegraph.{name}": "the analysis of texts that are searched, at most 128 (lru_cache); the same function"
        for name in (
            *("lexicon.rules_query.analysed", "lexicon.rules_filter.analysed", "vectors.rules.analysed"),
            *("search.rules_highlights.analysed", "search.store.analysed", "lexicon.store_terms.analysed"),
        )
    },
    "kinegraph.lexicon.rules_lexicon._usual": "usual words for words that were searched, at most 2,000",
    "kinegraph.lexicon.rules_lexicon._weighted": "terms of concepts with their weights, at most 2,000",
    "kinegraph.lexicon.rules_query._of_part": "alternatives of concepts that others consist of, at most 1,000",
    "kinegraph.language.rules_fulltext.lexeme": "words in full-text queries, at most 2,000",
    "kinegraph.language.rules_fulltext.joined": "terms in full-text queries, at most 4,000",
    "asyncpg.": "the driver's own of a connection: its statements and the codecs of types, both bounded",
}
"""Caches that may grow, each with the reason."""
BOUNDED = (*EXEMPT, *(f"kinegraph.{name}" for name in merged("caches")))
"""The caches that may grow, those that rooms declare too."""
IN_DOCUMENTS = ("graphql.", "kinegraph.breadth.", "kinegraph.cost.estimate.Formula.")
"""Parts of cached documents, in whose weight they are."""


def caches() -> dict[str, int]:
    """The number of entries of every cache of these packages: cached functions, and containers."""
    gc.unfreeze()  # what there was when the process began to serve is hidden else
    gc.collect()
    found: dict[str, int] = {}
    for name, module in list(modules.items()):
        if name.partition(".")[0] in PACKAGES:
            for key, value in list(vars(module).items()):
                found |= measured(f"{name}.{key}", value)
                if isinstance(value, type) and value.__module__ == name:
                    for inner, attribute in list(vars(value).items()):
                        found |= measured(f"{name}.{key}.{inner}", attribute)
    objects = gc.get_objects()
    kinds = {kind for kind in set(map(type, objects)) if str(kind.__module__).partition(".")[0] in PACKAGES}
    for instance in (each for each in objects if type(each) in kinds):
        kind = type(instance)
        if hasattr(instance, "__dict__"):
            for key, value in list(vars(instance).items()):
                if isinstance(value, CACHES):  # few are, of hundreds of thousands
                    for name, size in measured(f"{kind.__module__}.{kind.__qualname__}.{key}", value).items():
                        found[name] = found.get(name, 0) + size
    for wrapped in (each for each in objects if isinstance(each, _lru_cache_wrapper)):
        if (wrapped.__module__ or "").partition(".")[0] in PACKAGES:
            found |= measured(f"{wrapped.__module__}.{wrapped.__qualname__}", wrapped)
    gc.freeze()  # as tests/conftest.py: later collections in this process would look at all of it
    return found


def measured(name: str, value: Any) -> dict[str, int]:
    """The number of entries of a cache, by its name; empty if the value is no cache."""
    if isinstance(value, _lru_cache_wrapper):
        return {name: value.cache_info().currsize}
    return {name: len(value)} if isinstance(value, SIZED) and not name.endswith("__") else {}


async def send_requests(api: Api, gym: Organization, world: World, first: int, last: int) -> None:
    """Send different documents, callers, arguments and mistakes."""
    for number in range(first, last):
        person = await world.join(gym.id, "coach")
        for shape, write in SHAPES.items():
            text = write(8 + number % 4, number)  # type: ignore[no-untyped-call]  # a table of lambdas
            if shape == "switches":
                await api.post(text, person, on=bool(number % 2))
            await api.run(text, person)
        await api.post(f"{{ viewer {{ nothing{number} }} }}", person)
        await api.post("query ($q: String!) { exercises(filter: {q: $q}) { totalCount } }", person, q=f"word {number}")


async def grown(services: Services, gym: Organization, world: World, cache_mb: int) -> dict[str, tuple[int, int]]:
    """The sizes, before and after many requests, of the caches that grew, by name."""
    changed = with_settings(services, cache_mb=cache_mb, request_cache_mb=cache_mb)
    async with running(create_app(changed)) as api:
        await send_requests(api, gym, world, 0, 5)
        before = caches()
        await send_requests(api, gym, world, 5, 20)
        after = caches()
    found = {name: (before.get(name, 0), size) for name, size in after.items() if size > before.get(name, 0)}
    return {name: sizes for name, sizes in found.items() if not name.startswith(BOUNDED)}


async def test_no_cache_grows_while_caches_are_switched_off(
    services: Services, gym: Organization, world: World
) -> None:
    assert await grown(services, gym, world, 0) == {}


async def test_only_the_bounded_caches_grow(services: Services, gym: Organization, world: World) -> None:
    found = await grown(services, gym, world, 64)
    assert found.pop("kinegraph.kit.cache.Cache._entries")
    assert {name: sizes for name, sizes in found.items() if not name.startswith(IN_DOCUMENTS)} == {}
