"""Figures over whole numbers that come as a histogram: nothing is estimated, nothing is interpolated."""

import math
from collections.abc import Mapping


def percentile(histogram: Mapping[int, int], percent: int) -> int | None:
    """The nearest-rank percentile: the smallest value that at least `percent` % of the values do not exceed.

    `histogram` maps a value to how often it occurs; None where it holds nothing. The 50th is the median.
    """
    total = sum(histogram.values())
    if not total:
        return None
    rank = max(1, math.ceil(total * percent / 100))
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= rank:
            return value
    raise ValueError("a histogram counts no value less than zero times")


def share(part: int, whole: int) -> float | None:
    """A part of a whole between 0 and 1; None where there is no whole."""
    return part / whole if whole else None
