"""The one place that draws charts: data in, an SVG out that lives in the page and opens the rows behind it.

A chart and the table beside it come from the same `Chart`. Nothing here reads the database, and no picture
may name an origin outside or carry a style that the content policy refuses.
"""

from duecare.core.charts.drawing import drawn, warm
from duecare.core.charts.model import Chart, Point, Series

__all__ = ["Chart", "Point", "Series", "drawn", "warm"]
