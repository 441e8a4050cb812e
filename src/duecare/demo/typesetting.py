"""Sets a made-up paper from its template and its data.

Data reaches the template as JSON and is never pasted into its source. Only the fonts that come with the
typesetter are used, so the bytes are equal on every machine.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of ``templates/{template}.typ`` filled with `data`; takes about 5 ms a page."""
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    pdf: bytes = _compiler(template).compile(format="pdf", sys_inputs=inputs, pdf_tags=False)
    return pdf


@cache
def _compiler(template: str) -> Any:
    return typst.Compiler(TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts())


@cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False)
