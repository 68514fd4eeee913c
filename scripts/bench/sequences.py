"""Which request comes when: sequences of indices, the same at every run."""

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate


def uniform(count: int, draws: int, seed: int) -> list[int]:
    """Indices below `count`, each as likely as any other."""
    numbers = random.Random(seed)
    return [int(numbers.random() * count) for _ in range(draws)]


def zipf(count: int, exponent: float, draws: int, seed: int) -> list[int]:
    """Indices below `count`, of which the one of rank k is drawn in proportion to k ** -exponent.

    Ranks are dealt out at random, so that neighbouring indices are not equally frequent.
    """
    numbers = random.Random(seed)
    by_rank = list(range(count))
    numbers.shuffle(by_rank)
    cumulative = list(accumulate(rank**-exponent for rank in range(1, count + 1)))
    return [by_rank[bisect(cumulative, numbers.random() * cumulative[-1])] for _ in range(draws)]


def interleave(reads: Sequence[int], writes: Sequence[int], every: int) -> list[int]:
    """The reads with a write, in turn, at the end of each `every` requests."""
    sequence: list[int] = []
    for number, start in enumerate(range(0, len(reads), every - 1)):
        sequence += [*reads[start : start + every - 1], writes[number % len(writes)]]
    return sequence
