"""Draws charts on the server, and keeps the last drawings: the same data is drawn once.

The renderer starts an engine that takes a second or more at first, so a server process warms it in the
background. Must be warmed after processes part, never before.
"""

import threading
from dataclasses import replace
from functools import lru_cache

from markupsafe import Markup

from duecare.core.charts.markup import addressed, inlined
from duecare.core.charts.model import Chart, Point, Series
from duecare.core.charts.specification import specification

KEPT = 256
LINKED = "linked"


def drawn(chart: Chart) -> Markup:
    """The picture of a chart for the page, each bar a link to its rows."""
    return addressed(_markup(_plain(chart)), [point.url for each in chart.series for point in each.points])


def warm() -> threading.Thread:
    """Starts the renderer in the background; gives the thread, which nobody has to wait for."""
    smallest = Chart("", "", "", "", (Series("", (Point("", 1.0),)),), "")
    thread = threading.Thread(target=_markup, args=(smallest,), name="duecare-charts", daemon=True)
    thread.start()
    return thread


@lru_cache(maxsize=KEPT)
def _markup(chart: Chart) -> str:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(specification(chart), allowed_base_urls=[])
    points = [point for each in chart.series for point in each.points]
    return inlined(svg, chart.title, {place for place, point in enumerate(points) if point.url})


def _plain(chart: Chart) -> Chart:
    """The chart without what its drawing does not depend on: which rows a bar opens, and the words around."""
    series = tuple(replace(each, points=tuple(map(_unaddressed, each.points))) for each in chart.series)
    return replace(chart, id="", axis="", unit="", definition="", series=series)


def _unaddressed(point: Point) -> Point:
    return replace(point, url=LINKED if point.url else "")
