"""Charts as they go into a page: colours from the design, links to rows, a name, and nothing from outside."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from duecare.core import charts
from duecare.core.charts import Chart, Point, Series, drawing, drawn, markup

SOURCE = Path(charts.__file__).parents[3]


def chart(*values: float, title: str = "Received & completed", label: str = "received") -> Chart:
    points = tuple(
        Point(f"{place} Nov", value, f"/releases?a=1&day={place}") for place, value in enumerate(values)
    )
    return Chart("flow", title, "Day", "requests", (Series(label, points),), "What was received.")


def elements(drawing_: Markup) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(str(drawing_)).iter())


def test_a_bar_opens_its_rows_and_says_what_it_is() -> None:
    links = [each for each in elements(drawn(chart(3, 5))) if each.tag == "a"]
    assert [(each.get("href"), each.get("aria-label")) for each in links] == [
        ("/releases?a=1&day=0", "0 Nov: 3 received"),
        ("/releases?a=1&day=1", "1 Nov: 5 received"),
    ]


def test_a_bar_without_rows_is_no_link() -> None:
    plain = Chart(
        "c", "Title", "Day", "", (Series("received", (Point("Mon", 2), Point("Tue", 1, "/r"))),), ""
    )
    assert [each.get("href") for each in elements(drawn(plain)) if each.tag == "a"] == ["/r"]


def test_a_drawing_has_a_name() -> None:
    root = elements(drawn(chart(1)))[0]
    assert (root.tag, root.get("role"), root.get("aria-label")) == ("svg", "group", "Received & completed")


def test_a_drawing_names_no_origin_and_carries_no_style_or_script() -> None:
    text = str(drawn(chart(1, 2, 3)))
    assert "://" not in text
    assert not re.search(r"<(script|style|image|use|foreignObject)|\sstyle=|\son\w+=", text)


def test_colours_are_the_designs_so_that_dark_is_dark() -> None:
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', str(drawn(chart(1, 2)))))
    assert "var(--chart-1)" in colours
    assert all(each.startswith("var(--") or each in {"none", "transparent"} for each in colours), colours


def test_text_from_people_stays_text() -> None:
    text = str(drawn(chart(1, title='<script>"x"</script>', label="<b>J. 'Kim'</b> ${datum}")))
    assert "<script" not in text
    assert "<b>" not in text


def test_an_address_outside_is_refused() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text>https://elsewhere.example</text></svg>'
    with pytest.raises(ValueError, match="outside"):
        markup.inlined(svg, "title", ())


def test_the_table_has_the_numbers_of_the_drawing() -> None:
    assert chart(3, 0).rows == [
        ["0 Nov", Markup('<a href="/releases?a=1&amp;day=0">3</a>')],
        ["1 Nov", "0"],
    ]


def test_the_same_data_is_drawn_once() -> None:
    drawn(chart(4, 4))
    before = drawing._markup.cache_info()
    other = Chart("other", "Received & completed", "Tag", "", chart(4, 4).series, "Another text.")
    drawn(other)
    assert drawing._markup.cache_info().misses == before.misses


def test_kept_drawings_are_bounded() -> None:
    assert drawing._markup.cache_info().maxsize == drawing.KEPT


def test_warming_draws_in_the_background() -> None:
    thread = charts.warm()
    thread.join(60)
    assert thread.daemon
    assert not thread.is_alive()


def test_importing_the_app_does_not_load_the_renderer() -> None:
    code = "import sys, duecare.app; sys.exit(any(m in sys.modules for m in ('altair', 'vl_convert')))"
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, check=False).returncode
        == 0
    )
