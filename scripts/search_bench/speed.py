"""The speed of searches beside that of a plain full-text query over the same rows, with 8 connections at once.

Both are sent through the same driver, each in a transaction of its own, in rounds that take turns. A search is measured
with the analysis of its query. The plain query is one list: the rows that have all words, in the order of `ts_rank`.
Beside searches of an organization there are two: over its library, as the search, and over the canonical rows alone.
Then lists by relevance, suggestions and inputs that could be slow are measured one by one.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from kinegraph.catalog.rules import ExerciseSort
from kinegraph.catalog.rules_checks import checked_filter, order_of
from kinegraph.catalog.store import canonical_pages
from kinegraph.kit.database import Database
from kinegraph.kit.pages import Window
from kinegraph.kit.sessions import ReadSession
from kinegraph.language.rules_fulltext import joined, lexeme
from kinegraph.language.rules_text import search_text
from kinegraph.lexicon.rules_lexicon import term_words
from kinegraph.lexicon.rules_query import analysed, prepare
from kinegraph.lexicon.store_terms import parse_terms
from kinegraph.library.rules import LibrarySource
from kinegraph.library.store_lists import library_pages
from kinegraph.main import tune_the_interpreter
from kinegraph.search import store
from kinegraph.search.store_scope import Scope
from kinegraph.search.store_suggestions import suggestions
from search_bench.libraries import library
from search_bench.queries import Query, library_queries
from search_bench.speed_rows import fill

CONNECTIONS = 8
ROUNDS = 12
PER_ROUND = 160
"""Queries of a round, drawn at random, which all connections share."""
LIMIT = 20

PLAIN = """
SELECT exercise_id, ts_rank(search_tsv, plainto_tsquery('kinegraph', $1)) AS rank
FROM canonical_search
WHERE search_tsv @@ plainto_tsquery('kinegraph', $1) AND status = 'published'
ORDER BY rank DESC
LIMIT 20
"""
PLAIN_OF_LIBRARY = """
SELECT exercise_id, ts_rank(search_tsv, plainto_tsquery('kinegraph', $1)) AS rank
FROM (SELECT exercise_id, search_tsv
      FROM canonical_search c
      WHERE status = 'published' AND NOT EXISTS (
          SELECT FROM organization_search o WHERE o.organization_id = $2 AND o.exercise_id = c.exercise_id)
      UNION ALL
      SELECT exercise_id, search_tsv
      FROM organization_search
      WHERE organization_id = $2 AND status = 'published') AS library
WHERE search_tsv @@ plainto_tsquery('kinegraph', $1)
ORDER BY rank DESC
LIMIT 20
"""
"""The same over an organization's library: canonical rows, those with its overrides, and its own."""
WORST: Mapping[str, str] = {
    "one letter": "a",
    "frequent words": "press squat row curl with dumbbell barbell",
    "12 words": "bench press squat deadlift row curl lunge plank pull up push jump",
    "12 unknown words": "qwzerty asdfgh zxcvbn poiuyt lkjhgf mnbvcx wertzu sdfghj xcvbnm ertzui dfghjk cvbnma",
    "12 misspelled words": "benhc prses sqaut deadlfit curll lungge plnak pulll pussh jumpp extention rotattion",
    "200 letters": "x" * 200,
    "200 Hebrew letters": "\u05d0\u05dc" * 100,
    "combining marks": "s\u0301\u0302\u0303" * 50,
    "operators": "squat & (press | !row) <-> jump:* ' \\ % _",
    "emoji": "squat \U0001f4aa press \U0001f3cb",
}
"""Searches that could be slow. Longer texts are refused before they are analysed."""
TYPED = (
    "a",
    "s",
    "sq",
    "squ",
    "squat",
    "kb",
    "bench pr",
    "\u05e1",
    "\u05e1\u05e7",
    "\u043f",
    "\u043f\u0440\u0438",
    "zq",
)
"""Beginnings of queries, for which exercises are suggested."""

Times = Mapping[str, Sequence[float]]
"""Seconds by what was measured."""


async def timed(database: Database, organization: str | None, run: Callable[[ReadSession], Awaitable[object]]) -> float:
    """The seconds of a transaction of a viewer who belongs to this organization."""
    started = time.perf_counter()
    async with database.read() as session:
        if organization:
            await session.fetch("SELECT set_config('kinegraph.organizations', $1, true)", f"{{{organization}}}")
        await run(session)
    return time.perf_counter() - started


def clear_caches() -> None:
    """Forget the analyses of queries, and the words and texts that they are made of.

    What follows from the lexicon alone stays, as its indexes do, and the queries that PostgreSQL made of its terms.
    """
    for cached in (analysed, term_words, joined, lexeme):
        cached.cache_clear()


def searching(q: str, organization: str | None) -> Callable[[ReadSession], Awaitable[object]]:
    """The function that searches in the lexical mode."""
    scope = Scope(UUID(organization) if organization else None, False, ("published",), ("published",))
    return lambda session: store.search(session, [q], scope, checked_filter({}), LIMIT)


def suggesting(q: str, organization: str | None) -> Callable[[ReadSession], Awaitable[object]]:
    """The function that suggests exercises."""
    scope = Scope(UUID(organization) if organization else None, False, ("published",), ("published",))
    return lambda session: suggestions(session, [q], scope, 10)


def listing(q: str, organization: str | None) -> Callable[[ReadSession], Awaitable[object]]:
    """The function that reads a page of a list by relevance: of a library, or of the canonical list."""
    wanted = checked_filter({"q": q})
    order, _ = order_of(ExerciseSort.RELEVANCE, wanted)
    if organization is None:
        return lambda session: canonical_pages(session, [False], Window(LIMIT, None), wanted, order)
    keys = [(UUID(organization), False)]
    return lambda session: library_pages(session, keys, Window(LIMIT, None), LibrarySource.ALL, wanted, order)


def plain(q: str, _: str | None) -> Callable[[ReadSession], Awaitable[object]]:
    """The function that sends the plain query over canonical rows."""
    return lambda session: session.fetch(PLAIN, search_text(q))


def plain_of_library(q: str, organization: str | None) -> Callable[[ReadSession], Awaitable[object]]:
    """The function that sends the plain query over an organization's library."""
    return lambda session: session.fetch(PLAIN_OF_LIBRARY, search_text(q), UUID(organization))


Statement = Callable[[str, str | None], Callable[[ReadSession], Awaitable[object]]]
"""Makes the function that asks a text in an organization's library, or in the canonical one."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A query, and whose library it is asked in."""

    query: Query
    organization: str | None

    async def seconds(self, database: Database, statement: Statement) -> float:
        """The time of this statement."""
        return await timed(database, self.organization, statement(self.query.text, self.organization))


async def at_once(database: Database, jobs: Sequence[Measurement], statement: Statement) -> Sequence[float]:
    """The seconds of each job; as many run at once as there are connections."""
    waiting = iter(enumerate(jobs))
    found = [0.0] * len(jobs)

    async def work() -> None:
        for index, job in waiting:
            found[index] = await job.seconds(database, statement)

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return found


async def measure(
    database: Database, organizations: Sequence[str | None], statements: Mapping[str, Statement]
) -> Mapping[str, Times]:
    """The times of each statement by language and kind of query, each in one of these organizations."""
    draw = random.Random(20261130)
    queries = [query for query in library_queries() if not query.is_held_out]
    found: dict[str, defaultdict[str, list[float]]] = {each: defaultdict(list) for each in statements}
    for number in range(ROUNDS + 1):
        jobs = [Measurement(draw.choice(queries), draw.choice(organizations)) for _ in range(PER_ROUND)]
        clear_caches()
        for each, statement in statements.items():
            seconds = await at_once(database, jobs, statement)
            for job, one in zip(jobs, seconds, strict=True) if number else ():  # the first round warms up
                for name in ("all", job.query.language, job.query.kind):
                    found[each][name].append(one)
    return found


def table(title: str, found: Times, plainly: Mapping[str, Times]) -> str:
    """Milliseconds of searches and of plain queries, and the ratio of p50, by language and kind of query."""
    heads = "".join(f"{f'{each} p50':>18}{'p99':>8}{'ratio':>7}" for each in plainly)
    rows = [f"\n{title:<44}{'n':>6}{'p50':>8}{'p99':>8}{heads}"]
    for name, seconds in found.items():
        cells = f"{len(seconds):>6}{1e3 * median(seconds):>8.2f}{1e3 * percentile(seconds):>8.2f}"
        for each in plainly.values():
            cells += f"{1e3 * median(each[name]):>18.2f}{1e3 * percentile(each[name]):>8.2f}"
            cells += f"{median(seconds) / median(each[name]):>7.2f}"
        rows.append(f"{name:<44}{cells}")
    return "\n".join(rows)


def percentile(seconds: Sequence[float]) -> float:
    """The 99th percentile."""
    return sorted(seconds)[int(0.99 * len(seconds))]


async def run(server: str) -> None:
    """Fill a library, and print the times, with the interpreter as it serves."""
    prepare()
    async with library(server, None) as (url, _):
        organizations = await fill(url)
        database = await Database.open(url, CONNECTIONS)
        try:
            await parse_terms(database)
            tune_the_interpreter()
            over_canonical = {"search": searching, "plain": plain}
            for title, places, statements in (
                ("canonical, milliseconds", [None], over_canonical),
                ("of 50 organizations", organizations, over_canonical | {"same rows": plain_of_library}),
            ):
                found = await measure(database, places, statements)
                print(table(title, found["search"], {each: found[each] for each in statements if each != "search"}))
            typed = {q: q for q in TYPED}
            for organization in (None, organizations[0]):
                place = "of an organization" if organization else "canonical"
                for name, texts, run_one in (
                    ("searches, worst inputs", WORST, searching),
                    ("lists, worst inputs", WORST, listing),
                    ("suggestions", typed, suggesting),
                ):
                    print(table(f"{name}, {place}", await measure_each(database, organization, texts, run_one), {}))
        finally:
            await database.close()


async def measure_each(
    database: Database,
    organization: str | None,
    texts: Mapping[str, str],
    function: Statement,
) -> Times:
    """The times of each text, one after the other, with its analysis."""
    found: dict[str, list[float]] = {}
    for name, q in texts.items():
        found[name] = []
        for _ in range(10):
            clear_caches()
            found[name].append(await timed(database, organization, function(q, organization)))
    return found
