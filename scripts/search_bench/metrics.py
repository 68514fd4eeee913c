"""Measures of a ranked answer: nDCG@10, reciprocal rank and success@1 (Järvelin and Kekäläinen, 2002, for nDCG).

Grades are 3 (what is meant), 2 (a close variant), 1 (related) and 0.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

DEPTH = 10
MEANT = 3


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one answer, or the means of many; each from 0 to 1."""

    ndcg: float
    mrr: float
    success: float


def ndcg(grades: Sequence[int], judged: Iterable[int]) -> float:
    """The discounted gain of the first ten hits' grades, divided by that of the best order of all judged grades."""
    best = _discounted(sorted(judged, reverse=True)[:DEPTH])
    return _discounted(grades[:DEPTH]) / best if best else 0.0


def _discounted(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def reciprocal_rank(grades: Sequence[int]) -> float:
    """One divided by the rank of the first hit that is meant; 0 where none of the hits is."""
    return next((1 / rank for rank, grade in enumerate(grades, 1) if grade == MEANT), 0.0)


def score(grades: Sequence[int], judged: Iterable[int]) -> Score:
    """The measures of an answer whose hits have these grades."""
    return Score(ndcg(grades, judged), reciprocal_rank(grades), float(grades[:1] == [MEANT]))


def mean(scores: Sequence[Score]) -> Score:
    """The means. There must be at least one score."""
    return Score(fmean(s.ndcg for s in scores), fmean(s.mrr for s in scores), fmean(s.success for s in scores))
