"""Asking: `searchExercises` over the API, and the order of the hits of each list alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # JSON of the API

import httpx

from search_bench.metrics import Score, score
from search_bench.queries import Query

LISTS = ("lexical", "trigram", "semantic")
LIMIT = 100
"""Hits that are requested; the first ten of each list are among them, as a list's hit of rank 10 is fused high."""
DOCUMENT = """
query Search($q: String!, $mode: SearchMode!, $limit: Int!) {
  searchExercises(q: $q, mode: $mode, limit: $limit) {
    exercise { slug name } lexicalRank trigramRank semanticRank
  }
}
"""


class NotAnsweredError(Exception):
    """The API answered an error."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A found exercise: its slug or name, and its rank in each list that has it."""

    key: str
    ranks: Mapping[str, int]


async def ask(client: httpx.AsyncClient, query: Query, mode: str, key: str) -> Sequence[Hit]:
    """The hits of a query; `key` is the field by which its judgments name rows. Raises NotAnsweredError."""
    variables = {"q": query.text, "mode": mode, "limit": LIMIT}
    response = await client.post("/graphql", json={"query": DOCUMENT, "variables": variables})
    body = response.json()
    if response.status_code != 200 or body.get("errors"):
        raise NotAnsweredError(f"{query.text!r}: {response.status_code} {response.text[:500]}")
    return [_hit(each, key) for each in body["data"]["searchExercises"]]


def _hit(found: Mapping[str, Any], key: str) -> Hit:
    ranks = {name: rank for name in LISTS if (rank := found[f"{name}Rank"]) is not None}
    return Hit(found["exercise"][key] or found["exercise"]["name"], ranks)


def scored(query: Query, keys: Sequence[str]) -> Score:
    """The score of an answer with these rows, best first."""
    return score([query.judgments.get(key, 0) for key in keys], query.judgments.values())


def of_list(hits: Sequence[Hit], name: str) -> Sequence[str]:
    """The rows that one list found, in its order."""
    return [hit.key for hit in sorted((h for h in hits if name in h.ranks), key=lambda hit: hit.ranks[name])]
