"""Sequences of request indices, the same at every run."""

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate


def uniform(count: int, draws: int, seed: int) -> list[int]:
    """Indices below `count`, uniformly distributed."""
    numbers = random.Random(seed)
    return [int(numbers.random() * count) for _ in range(draws)]


def zipf(count: int, exponent: float, draws: int, seed: int) -> list[int]:
    """Indices below `count` by Zipf's law: the probability of the index of rank k is proportional to k ** -exponent.

    Ranks are assigned at random, so that adjacent indices are not equally frequent.
    """
    numbers = random.Random(seed)
    by_rank = list(range(count))
    numbers.shuffle(by_rank)
    cumulative = list(accumulate(rank**-exponent for rank in range(1, count + 1)))
    return [by_rank[bisect(cumulative, numbers.random() * cumulative[-1])] for _ in range(draws)]


def interleave(queries: Sequence[int], mutations: Sequence[int], every: int) -> list[int]:
    """The queries, where each request number that is a multiple of `every` is the next mutation, cyclically."""
    sequence: list[int] = []
    for number, start in enumerate(range(0, len(queries), every - 1)):
        sequence += [*queries[start : start + every - 1], mutations[number % len(mutations)]]
    return sequence
