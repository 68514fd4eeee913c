"""The request sequences of the benchmark are the same at every run, and have the documented distributions."""

from collections import Counter

import pytest

from bench.sequences import interleave, uniform, zipf

COUNT, DRAWS = 1_000, 20_000


def test_the_same_seed_gives_the_same_sequence_and_another_seed_another() -> None:
    assert uniform(COUNT, DRAWS, seed=1) == uniform(COUNT, DRAWS, seed=1) != uniform(COUNT, DRAWS, seed=2)
    assert zipf(COUNT, 1.1, DRAWS, seed=1) == zipf(COUNT, 1.1, DRAWS, seed=1) != zipf(COUNT, 1.1, DRAWS, seed=2)


def test_uniform_draws_reach_every_index_about_equally_often() -> None:
    counted = Counter(uniform(COUNT, DRAWS, seed=1))
    assert set(counted) == set(range(COUNT))
    assert max(counted.values()) < 3 * DRAWS / COUNT


def test_zipf_draws_fall_with_the_rank_as_its_exponent_says() -> None:
    counted = Counter(zipf(COUNT, 1.1, DRAWS, seed=1))
    total = sum(rank**-1.1 for rank in range(1, COUNT + 1))
    frequencies = [count for _, count in counted.most_common()]
    for rank in (1, 2, 5, 10, 30):
        assert frequencies[rank - 1] == pytest.approx(DRAWS * rank**-1.1 / total, rel=0.2)
    assert set(counted) <= set(range(COUNT))


def test_frequent_indices_are_not_adjacent() -> None:
    frequent = [index for index, _ in Counter(zipf(COUNT, 1.1, DRAWS, seed=1)).most_common(10)]
    assert min(abs(one - other) for one in frequent for other in frequent if one != other) > 1
    assert max(frequent) > COUNT / 2


def test_one_request_in_a_hundred_is_a_mutation_and_queries_remain_in_order() -> None:
    queries, mutations = list(range(990)), [-1, -2, -3]
    mixed = interleave(queries, mutations, every=100)
    assert len(mixed) == 1_000
    assert mixed[99::100] == [-1, -2, -3, -1, -2, -3, -1, -2, -3, -1]
    assert [each for each in mixed if each >= 0] == queries
