"""Typesets letters and reports as tagged PDF from packaged Typst templates.

Data is passed as data (`sys.inputs.data`, JSON) and never becomes part of a template's source, so that
nothing a person typed can act. No network, no system fonts, no clock: the same input gives the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import typst

ACCESSIBLE: Literal["ua-1"] = "ua-1"  # PDF/UA-1, ISO 14289-1


class TypesettingFailed(Exception):
    """The template does not fit the data: a fault of the program, not of the person."""


def render(template: Path, data: Mapping[str, Any], *, created: datetime) -> bytes:
    """The PDF of a template and its data, which must be JSON-able and have a `title` and a `language`.

    `created` (aware) is the date inside the file. Templates read `json(bytes(sys.inputs.data))`, and must set
    the document's title and the text's language, as PDF/UA requires. Raises TypesettingFailed.
    """
    try:
        return typst.compile(
            template,
            root=template.parent,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            ignore_system_fonts=True,
            timestamp=created.astimezone(UTC).replace(microsecond=0),
            pdf_standards=ACCESSIBLE,
        )
    except typst.TypstError as error:
        raise TypesettingFailed(f"{template.name}: {error.message}") from error
