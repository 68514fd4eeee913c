"""Weights of the lists, chosen by cross-validation for each class of query.

The lists of an answer are fused again, by the rule of the search (the sum of weight / (60 + rank)), with each
candidate. Topics are split into five folds; a fold is measured with the weights that are best for the other four. The
weight of the lexical list is 1, so that only the ratio to it is chosen. Then the best weights of all open queries are
measured on the queries that are held out, which chose nothing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean

from search_bench.ask import LISTS, Hit, scored
from search_bench.queries import Query

RANK_CONSTANT = 60
FOLDS = 5
CANDIDATES = (0.0, 0.005, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0)

Weights = Mapping[str, float]
Answers = Mapping[Query, Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Choice:
    """The weights for a class of query, and the mean nDCG@10 of the folds that did not choose them."""

    name: str
    queries: int
    best: Weights
    validated: float
    equal: float
    """The mean nDCG@10 of equal weights."""
    held_out: float
    """The mean nDCG@10 of the best weights on the queries that are held out."""


def fused(hits: Sequence[Hit], weights: Weights) -> Sequence[str]:
    """The rows in the order of their reciprocal rank fusion; those that only lists of weight 0 have are left out."""
    sums = {h.key: sum(weights[name] / (RANK_CONSTANT + rank) for name, rank in h.ranks.items()) for h in hits}
    return [key for key, total in sorted(sums.items(), key=lambda each: -each[1]) if total]


def candidates(answers: Answers) -> Sequence[Weights]:
    """Every combination of weights of the lists that found anything."""
    present = {name for hits in answers.values() for hit in hits for name in hit.ranks}
    others = [CANDIDATES if name in present else (0.0,) for name in LISTS[1:]]
    return [{"lexical": 1.0, **dict(zip(LISTS[1:], chosen, strict=True))} for chosen in product(*others)]


def choose(answers: Answers, classes: Mapping[Query, str]) -> Iterator[Choice]:
    """For each class of query, the best weights of its open queries, and their measures."""
    tried = candidates(answers)
    equal = {name: float(any(weights[name] for weights in tried)) for name in LISTS}
    by_class: defaultdict[str, list[Query]] = defaultdict(list)
    for query in answers:
        by_class[classes[query]].append(query)
    for name, of_class in sorted(by_class.items()):
        queries = [query for query in of_class if not query.is_held_out]
        measured = [{q: _measure(answers[q], q, weights) for q in queries} for weights in tried]
        best = tried[max(range(len(tried)), key=lambda index: fmean(measured[index].values()))]
        even = fmean(_measure(answers[q], q, equal) for q in queries)
        outside = [_measure(answers[q], q, best) for q in of_class if q.is_held_out]
        held_out = fmean(outside) if outside else float("nan")
        yield Choice(name, len(queries), best, _validated(measured, queries), even, held_out)


def _measure(hits: Sequence[Hit], query: Query, weights: Weights) -> float:
    return scored(query, fused(hits, weights)).ndcg


def _validated(measured: Sequence[Mapping[Query, float]], queries: Sequence[Query]) -> float:
    """The mean over all folds, each with the candidate that is best for the others."""
    total = 0.0
    for fold in range(FOLDS):
        inside = [q for q in queries if _fold(q) == fold]
        outside = [q for q in queries if _fold(q) != fold] or inside
        best = max(measured, key=lambda values: fmean(values[q] for q in outside))
        total += sum(best[q] for q in inside)
    return total / len(queries)


def _fold(query: Query) -> int:
    """The fold of a query's topic: the same at every run."""
    return hashlib.sha256(query.topic.encode()).digest()[0] % FOLDS
