"""Percentiles by nearest rank, over histograms."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from duecare.core.reports.statistics import percentile, share


@given(st.lists(st.integers(0, 400), min_size=1), st.integers(0, 100))
def test_a_percentile_is_the_value_of_its_rank(values: list[int], percent: int) -> None:
    rank = max(1, math.ceil(len(values) * percent / 100))
    assert percentile(Counter(values), percent) == sorted(values)[rank - 1]


@given(st.lists(st.integers(0, 400), min_size=1))
def test_half_of_the_values_do_not_exceed_the_median(values: list[int]) -> None:
    median = percentile(Counter(values), 50)
    assert median in values
    assert sum(value <= median for value in values) * 2 >= len(values)


def test_nothing_has_no_percentile_and_no_share() -> None:
    assert percentile({}, 50) is None
    assert percentile({3: 0}, 50) is None
    assert share(0, 0) is None
