"""What a chart says: categories along one axis, series of numbers, and where each number leads."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Point:
    """One number of a series. `url` opens its rows; empty where there is nothing to open."""

    category: str
    value: float
    url: str = ""


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one for each category, in the order of the axis."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """A chart of bars with its words. `axis` names the categories, `unit` what is counted.

    Every series has the same categories.
    """

    id: str
    title: str
    axis: str
    unit: str
    series: tuple[Series, ...]
    definition: str

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(point.category for point in self.series[0].points)

    @property
    def columns(self) -> list[str]:
        """The headings of the chart's table."""
        return [self.axis, *(each.label for each in self.series)]

    @property
    def rows(self) -> list[list[str | Markup]]:
        """The chart's table: a row for each category, every number a link to its rows."""
        return [
            [category, *(_cell(each.points[place]) for each in self.series)]
            for place, category in enumerate(self.categories)
        ]

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to draw."""
        return not any(point.value for each in self.series for point in each.points)


def said(value: float) -> str:
    """A number as a table says it."""
    return f"{value:g}"


def _cell(point: Point) -> str | Markup:
    if not point.url or not point.value:
        return said(point.value)
    return Markup('<a href="{}">{}</a>').format(point.url, said(point.value))
