"""`make bench-search`: ask every judged query through the API, and print how good the answers are."""

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import orjson

from kinegraph.formats.records import File
from kinegraph.lexicon.rules_query import analysed
from kinegraph.search.rules import class_of
from search_bench import speed, table
from search_bench.ask import LISTS, Hit, NotAnsweredError, ask, of_list, scored
from search_bench.libraries import api, library, storage
from search_bench.misses import report
from search_bench.parts import without_each
from search_bench.queries import Query, imported_queries, library_queries
from search_bench.vectors import store_queries
from search_bench.weights import Answers, choose


async def answers(client: httpx.AsyncClient, queries: Sequence[Query], mode: str, key: str) -> Answers:
    """The hits of every query, asked one after the other."""
    return {query: await ask(client, query, mode, key) for query in queries}


def scores(answered: Answers) -> table.Scores:
    """The score of each answer."""
    return {query: scored(query, [hit.key for hit in hits]) for query, hits in answered.items()}


def lists_alone(answered: Answers) -> dict[str, table.Scores]:
    """The scores of each list alone that found anything."""
    found: Mapping[str, Mapping[Query, Sequence[str]]] = {
        name: {query: of_list(hits, name) for query, hits in answered.items()} for name in LISTS
    }
    return {
        f"{name} list alone": {query: scored(query, keys) for query, keys in rows.items()}
        for name, rows in found.items()
        if any(rows.values())
    }


def has_embeddings(answered: Answers) -> bool:
    """True if any hit was found by its embedding."""
    return any("semantic" in hit.ranks for hits in answered.values() for hit in hits)


async def measure(client: httpx.AsyncClient, queries: Sequence[Query], key: str, *, with_weights: bool) -> Answers:
    """Print the tables of one library. Returns the answers of the lexical mode."""
    by_mode: dict[str, Answers] = {mode: await answers(client, queries, mode, key) for mode in ("LEXICAL", "HYBRID")}
    if has_embeddings(by_mode["HYBRID"]):
        by_mode["SEMANTIC"] = await answers(client, queries, "SEMANTIC", key)
    else:
        print("\nNo row has an embedding: HYBRID has the lexical lists alone, SEMANTIC is left out.")
    for mode in by_mode:
        print(table.head(mode), table.by_kind(scores(by_mode[mode])), sep="\n")
    ways = {**{mode: scores(answered) for mode, answered in by_mode.items()}, **lists_alone(by_mode["HYBRID"])}
    print(table.head("all kinds, open part"), table.by_way(ways), sep="\n")
    if with_weights:
        print_weights(by_mode["HYBRID"])
    return by_mode["LEXICAL"]


def print_weights(answered: Mapping[Query, Sequence[Hit]]) -> None:
    """Print the best weights of the lists for each class of query (`kinegraph.search.rules`)."""
    classes = {query: class_of(analysed(query.text)).value for query in answered}
    print("\nweights beside lexical 1     n  validated  equal weights  held out  best")
    for choice in choose(answered, classes):
        best = ", ".join(f"{name} {weight:g}" for name, weight in choice.best.items() if name != "lexical")
        measures = f"{choice.validated:9.3f}  {choice.equal:13.3f}  {choice.held_out:8.3f}"
        print(f"{choice.name:<26}{choice.queries:4d}  {measures}  {best}")


async def run(server: str, redis: str, imported: File | None, *, with_weights: bool) -> Answers:
    """Measure the canonical library, or the imported rows. Returns the answers of the lexical mode."""
    queries = imported_queries(orjson.loads(imported.content)) if imported else library_queries()
    key = "name" if imported else "slug"
    async with library(server, imported) as (url, database), api(url, redis) as client:
        await store_queries(database, [query.text for query in queries])
        print(f"{len(queries)} queries, {sum(q.is_held_out for q in queries)} of them held out")
        answered = await measure(client, queries, key, with_weights=with_weights)
        print(table.differences(scores(answered), await without_each(database, queries, key)))
        return answered


def read_options() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="make bench-search", description=__doc__)
    parser.add_argument("--imported", type=Path, metavar="FILE", help="free-exercise-db.json: search its rows instead")
    parser.add_argument("--speed", action="store_true", help="measure how fast 20,000 rows are searched, instead")
    parser.add_argument("--weights", action="store_true", help="choose the weights of the lists by cross-validation")
    parser.add_argument("--misses", type=Path, metavar="FILE", help="write the worst answers of the open part here")
    return parser.parse_args()


def main() -> None:
    """Parse the options and run."""
    options = read_options()
    path: Path | None = options.imported
    imported = File(path.name, path.read_bytes()) if path else None
    with storage() as (server, redis):
        if options.speed:
            asyncio.run(speed.run(server))
            return
        try:
            answered = asyncio.run(run(server, redis, imported, with_weights=options.weights))
        except NotAnsweredError as error:
            raise SystemExit(f"Not a result: {error}") from None
    if options.misses:
        options.misses.write_text(report(answered))


if __name__ == "__main__":
    main()
