"""The chart grammar's side: a `Chart` as a Vega-Lite specification whose colours are the design's own.

Colours are CSS variables, so that one picture is right in light, in dark and on paper. Text from people goes
in as data only, never as an expression.
"""

import json

from duecare.core.charts.model import Chart, said

WIDTH, HEIGHT = 460, 190
COLOURS = tuple(f"var(--chart-{number})" for number in range(1, 6))
INK, QUIET, LINE = "var(--ink)", "var(--muted)", "var(--line)"
PLACEHOLDER = "https://rows.invalid/"
TEXT_SIZE = 12
MOST_LABELS = 8


def specification(chart: Chart) -> str:
    """The specification as JSON. Links are numbered placeholders: addresses do not belong in the drawing."""
    import altair

    bars = (
        altair.Chart(altair.InlineData(values=_values(chart)))
        .mark_bar(cornerRadiusTopLeft=1, cornerRadiusTopRight=1)
        .encode(
            x=_categories(chart),
            xOffset=altair.XOffset("series:N", sort=None),
            y=_numbers(),
            color=_colours(chart),
            href="href:N",
            description="said:N",
        )
        .properties(width=WIDTH, height=HEIGHT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(**_axis_style())
        .configure_legend(**_legend_style())
    )
    autosize = {"type": "fit", "contains": "padding"}
    return json.dumps({**bars.to_dict(validate=False), "autosize": autosize}, sort_keys=True)


def _values(chart: Chart) -> list[dict[str, object]]:
    points = [(each.label, point) for each in chart.series for point in each.points]
    return [
        {
            "category": point.category,
            "series": label,
            "value": point.value,
            "said": f"{point.category}: {said(point.value)} {label}".strip(),
            "href": f"{PLACEHOLDER}{place}",
        }
        for place, (label, point) in enumerate(points)
    ]


def _categories(chart: Chart) -> object:
    import altair

    step = -(-len(chart.categories) // MOST_LABELS)
    axis = altair.Axis(title=None, labelAngle=0, ticks=False, grid=False, values=chart.categories[::step])
    return altair.X("category:N", sort=None, axis=axis, scale=altair.Scale(paddingInner=0.25))


def _numbers() -> object:
    import altair

    axis = altair.Axis(title=None, tickCount=4, tickMinStep=1, format="d", domain=False, ticks=False)
    return altair.Y("value:Q", axis=axis)


def _colours(chart: Chart) -> object:
    import altair

    labels = [each.label for each in chart.series]
    legend = altair.Legend(title=None, orient="top", symbolType="square") if len(labels) > 1 else None
    scale = altair.Scale(domain=labels, range=list(COLOURS[: len(labels)]))
    return altair.Color("series:N", scale=scale, legend=legend)


def _axis_style() -> dict[str, object]:
    return {
        "labelColor": QUIET,
        "labelFontSize": TEXT_SIZE,
        "labelPadding": 6,
        "gridColor": LINE,
        "domainColor": LINE,
    }


def _legend_style() -> dict[str, object]:
    return {"labelColor": INK, "labelFontSize": TEXT_SIZE, "offset": 8, "padding": 0}
