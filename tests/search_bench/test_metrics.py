"""nDCG@10, reciprocal rank and success@1 have their known values."""

import pytest

from search_bench.metrics import Score, mean, ndcg, reciprocal_rank, score


def test_the_best_order_has_an_ndcg_of_one_and_nothing_has_zero() -> None:
    assert ndcg([3, 2, 1], [1, 2, 3]) == 1
    assert ndcg([3] * 10, [3] * 40) == 1
    assert ndcg([], [3, 2]) == 0
    assert ndcg([0, 0], [3, 2]) == 0
    assert ndcg([], []) == 0


def test_ndcg_discounts_exponential_gains_by_the_logarithm_of_the_rank() -> None:
    # The example of Wikipedia, "Discounted cumulative gain", with exponential gains: grades 3, 2, 3, 0, 1, 2 of the
    # judged 3, 3, 3, 2, 2, 2, 1, 0; and by hand: 7, 3/log2(3), 7/log2(4), 0, 1/log2(6), 3/log2(7).
    gained = 7 + 3 / 1.584963 + 7 / 2 + 0 + 1 / 2.584963 + 3 / 2.807355
    best = 7 + 7 / 1.584963 + 7 / 2 + 3 / 2.321928 + 3 / 2.584963 + 3 / 2.807355 + 1 / 3
    assert ndcg([3, 2, 3, 0, 1, 2], [3, 3, 3, 2, 2, 2, 1, 0]) == pytest.approx(gained / best, abs=1e-6)


def test_one_hit_at_the_second_rank_has_the_discount_of_that_rank() -> None:
    assert ndcg([0, 3], [3]) == pytest.approx(0.63093, abs=1e-5)


def test_hits_after_the_tenth_count_for_nothing() -> None:
    assert ndcg([0] * 10 + [3], [3]) == 0


def test_the_reciprocal_rank_is_that_of_the_first_hit_that_is_meant() -> None:
    assert reciprocal_rank([2, 1, 3, 3]) == pytest.approx(1 / 3)
    assert reciprocal_rank([3]) == 1
    assert reciprocal_rank([2, 2]) == 0


def test_success_is_a_first_hit_that_is_meant() -> None:
    assert score([3, 0], [3, 2]).success == 1
    assert score([2, 3], [3, 2]).success == 0
    assert score([], [3]) == Score(0, 0, 0)


def test_means_are_of_each_measure() -> None:
    assert mean([Score(1, 0.5, 0), Score(0, 0, 1)]) == Score(0.5, 0.25, 0.5)
