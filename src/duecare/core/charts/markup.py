"""Turns the renderer's SVG into a part of the page: named, inheriting its type, linking locally.

What is not understood is an error, never passed on: no address but a chart's own may leave this module.
"""

import re
from collections.abc import Collection, Sequence
from xml.etree import ElementTree

from markupsafe import Markup, escape

from duecare.core.charts.specification import PLACEHOLDER

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
DROPPED = ("aria-hidden", "aria-label", "aria-roledescription", "font-family", "role", "style", "version")
UNSEEN = ("background", "foreground")
_PLACE = re.compile(r'href="rows-(\d+)"')
ElementTree.register_namespace("", SVG.strip("{}"))


def inlined(svg: str, title: str, linked: Collection[int]) -> str:
    """The picture as markup that is a group with a name; the marks whose place is in `linked` become links.

    Keyboards use the table beside the picture, which has the same links.
    """
    root = ElementTree.fromstring(svg)  # noqa: S314 - the renderer's own output
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{SVG}path" and child.get("class") in UNSEEN:
                parent.remove(child)
    labels = {link: link[0].get("aria-label", "") for link in root.iter(f"{SVG}a")}
    for element in root.iter():
        for name in DROPPED:
            element.attrib.pop(name, None)
    for link, label in labels.items():
        _point(link, label, linked)
    root.attrib.pop("width")
    root.attrib.pop("height")
    root.attrib.update({"role": "group", "aria-label": title})
    return _local(ElementTree.tostring(root, encoding="unicode"))


def addressed(markup: str, addresses: Sequence[str]) -> Markup:
    """The markup with the address of each place set."""

    def address(found: re.Match[str]) -> str:
        return f'href="{escape(addresses[int(found[1])])}"'

    return Markup(_PLACE.sub(address, markup))  # noqa: S704 - rebuilt element by element, addresses escaped


def _point(link: ElementTree.Element, label: str, linked: Collection[int]) -> None:
    _base, _found, place = link.attrib.pop(LINK).rpartition(PLACEHOLDER)
    ElementTree.SubElement(link[0], f"{SVG}title").text = label
    if int(place) in linked:
        link.attrib.update({"href": f"rows-{int(place)}", "tabindex": "-1", "aria-label": label})
    else:
        link.tag = f"{SVG}g"


def _local(markup: str) -> str:
    """The markup without namespaces, which HTML needs none of."""
    plain = markup.replace(f' xmlns="{SVG.strip("{}")}"', "")
    if "://" in plain:
        raise ValueError("a chart names an address outside")
    return plain
