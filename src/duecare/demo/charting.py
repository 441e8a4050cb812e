"""Writes made-up chart entries: progress notes, laboratory and imaging reports, discharge summaries.

Pure: an entry is plain data for the record template, drawn from the `random.Random` passed in.
"""

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from duecare.demo.people import draw_name

RecordKind = Literal["progress_note", "laboratory_report", "radiology_report", "discharge_summary"]
Entry = dict[str, Any]

CLINICAL = Path(__file__).parent / "data" / "clinical.toml"
CREDENTIALS = ("MD", "MD", "DO", "NP", "PA-C")
SPECIMENS = ("Serum", "Plasma", "Whole blood")
OUT_OF_RANGE = 0.18


def entries(kind: RecordKind, rng: Random, last_day: date, number: int) -> list[Entry]:
    """Return `number` entries about one illness, the newest first, dated up to six days before `last_day`."""
    condition = rng.choice(_clinical()["condition"])
    days = [last_day - timedelta(days=rng.randint(0, 6))]
    while len(days) < number:
        days.append(days[-1] - timedelta(days=rng.randint(14, 95)))
    return [_WRITERS[kind](rng, condition, day) for day in days]


def _progress_note(rng: Random, condition: dict[str, Any], day: date) -> Entry:
    parts = [
        {"heading": "Chief complaint", "text": condition["complaint"]},
        {"heading": "History of present illness", "text": condition["history"]},
        {"heading": "Vital signs", "rows": _vital_signs(rng)},
        {"heading": "Medications", "rows": [["Medication", "Directions"], *condition["medications"]]},
        {"heading": "Examination", "text": condition["exam"]},
        {"heading": "Assessment", "text": f"{condition['name']} ({condition['code']})."},
        {"heading": "Plan", "items": condition["plan"]},
    ]
    facts = [["Date of service", _us(day)], ["Visit", "Office visit"], ["Encounter", _number(rng)]]
    return _entry(rng, "Progress note", day, facts, parts)


def _laboratory_report(rng: Random, condition: dict[str, Any], day: date) -> Entry:
    panels = [_clinical()["panels"][name] for name in condition["panels"]]
    parts = [{"heading": panel["title"], "rows": _results(rng, panel["rows"])} for panel in panels]
    parts.append(
        {
            "heading": "Comment",
            "text": "H above, L below the reference interval. Results apply to the specimen received.",
        }
    )
    facts = [
        ["Collected", f"{_us(day)} {rng.randint(7, 11):02d}:{rng.randrange(60):02d}"],
        ["Specimen", rng.choice(SPECIMENS)],
        ["Accession", _number(rng)],
    ]
    return _entry(rng, "Laboratory report", day, facts, parts)


def _radiology_report(rng: Random, condition: dict[str, Any], day: date) -> Entry:
    study = rng.choice(_clinical()["study"])
    parts = [
        {"heading": "Indication", "text": condition["complaint"]},
        {"heading": "Comparison", "text": "None available."},
        {"heading": "Technique", "text": study["technique"]},
        {"heading": "Findings", "text": " ".join(study["findings"])},
        {"heading": "Impression", "items": study["impression"]},
    ]
    facts = [["Examination", study["name"]], ["Performed", _us(day)], ["Accession", _number(rng)]]
    return _entry(rng, "Radiology report", day, facts, parts)


def _discharge_summary(rng: Random, condition: dict[str, Any], day: date) -> Entry:
    admitted = day - timedelta(days=rng.randint(1, 5))
    parts = [
        {"heading": "Principal diagnosis", "text": f"{condition['name']} ({condition['code']})"},
        {"heading": "Reason for admission", "text": condition["complaint"]},
        {"heading": "Hospital course", "text": condition["course"]},
        {"heading": "Condition on discharge", "text": "Stable. Walking, eating and drinking without help."},
        {
            "heading": "Medications on discharge",
            "rows": [["Medication", "Directions"], *condition["medications"]],
        },
        {"heading": "Follow-up", "items": condition["plan"]},
    ]
    facts = [
        ["Admitted", _us(admitted)],
        ["Discharged", _us(day)],
        ["Disposition", "Home"],
        ["Encounter", _number(rng)],
    ]
    return _entry(rng, "Discharge summary", day, facts, parts)


_WRITERS: dict[RecordKind, Callable[[Random, dict[str, Any], date], Entry]] = {
    "progress_note": _progress_note,
    "laboratory_report": _laboratory_report,
    "radiology_report": _radiology_report,
    "discharge_summary": _discharge_summary,
}


def _entry(rng: Random, title: str, day: date, facts: list[list[str]], parts: list[dict[str, Any]]) -> Entry:
    signer = f"{' '.join(draw_name(rng))}, {rng.choice(CREDENTIALS)}"
    signed_at = f"{_us(day)} {rng.randint(12, 18):02d}:{rng.randrange(60):02d}"
    return {"title": title, "facts": facts, "parts": parts, "signed_by": signer, "signed_at": signed_at}


def _vital_signs(rng: Random) -> list[list[str]]:
    return [
        ["Blood pressure", "Pulse", "Temperature", "Respirations", "Oxygen saturation", "Weight"],
        [
            f"{rng.randint(108, 152)}/{rng.randint(62, 94)}",
            str(rng.randint(58, 102)),
            f"{rng.uniform(97.4, 99.2):.1f} °F",
            str(rng.randint(12, 20)),
            f"{rng.randint(93, 100)} %",
            f"{rng.randint(118, 242)} lb",
        ],
    ]


def _results(rng: Random, rows: list[list[Any]]) -> list[list[str]]:
    return [["Test", "Result", "Flag", "Unit", "Reference"], *(_result(rng, *row) for row in rows)]


def _result(rng: Random, analyte: str, unit: str, low: float, high: float, digits: int) -> list[str]:
    span = high - low
    if rng.random() < OUT_OF_RANGE:
        value = max(
            high + span * rng.uniform(0.1, 0.6)
            if rng.random() < 0.6
            else low - span * rng.uniform(0.05, 0.3),
            0,
        )
    else:
        value = rng.uniform(low, high)
    value = round(value, digits)
    flag = "H" if value > high else "L" if value < low else ""
    return [analyte, f"{value:.{digits}f}", flag, unit, f"{low}–{high}"]


def _number(rng: Random) -> str:
    return str(rng.randint(10_000_000, 99_999_999))


def _us(day: date) -> str:
    return day.strftime("%m/%d/%Y")


@cache
def _clinical() -> dict[str, Any]:
    return tomllib.loads(CLINICAL.read_text(encoding="utf-8"))
