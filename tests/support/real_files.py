"""Files as they come in: made-up papers as phones and scanners send them, and samples that others wrote."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from duecare.demo import papers, people
from duecare.demo.asked import Authorization, Wanted
from duecare.demo.papers import Facility
from duecare.demo.people import Address

TODAY = date(2026, 3, 2)
SCANNED_PAGES = 3
BESIDE_THE_TREE = Path(__file__).parents[2].parent / "shared" / "samples"
FACILITY = Facility(
    "Riverside General",
    Address("200 Foundry Street", "Riverside", "OH", "45431"),
    "(937) 555-0110",
    "(937) 555-0111",
)


@dataclass(frozen=True)
class RealFiles:
    """What the requester sends, the records the specialist adds, and the scan that is forgotten at first."""

    authorization: Path
    licence: Path
    form: Path
    records: tuple[Path, ...]
    scan: Path

    @property
    def sent(self) -> tuple[Path, ...]:
        """What comes with the request."""
        return self.authorization, self.licence, self.form


def samples() -> tuple[Path, ...]:
    """Files that others wrote, in the folder of DUECARE_SAMPLES or beside the tree, where there are any."""
    folder = Path(os.environ.get("DUECARE_SAMPLES") or BESIDE_THE_TREE)
    return tuple(sorted([*folder.glob("*.pdf"), *folder.glob("*.jpg")]))


def real_files(folder: Path) -> RealFiles:
    """Writes the made-up papers to a folder; the samples stay where they are."""
    for name, content in made_up().items():
        (folder / name).write_bytes(content)
    return RealFiles(
        authorization=folder / "Scan 0001.pdf",
        licence=folder / "IMG_2041.JPG",
        form=folder / "request form.pdf",
        records=(folder / "Progress note.pdf", *samples()),
        scan=folder / "Scan 0002.pdf",
    )


def made_up() -> Mapping[str, bytes]:
    """A scanned authorization, a photo of a licence, a form with fields, a record, a scan of pages."""
    rng = Random(2026)
    patient = people.patients(rng, 1, TODAY)[0]
    attorney = people.organisation_requesters(rng, "attorney")[0]
    wanted = Wanted(("progress_notes", "imaging"), date(2024, 1, 1), date(2025, 12, 31), "legal")
    form = Authorization(patient, attorney, wanted, date(2026, 2, 1), date(2027, 2, 1))
    chart = papers.chart_record(FACILITY, patient, "progress_note", rng, TODAY, pages=SCANNED_PAGES)
    return {
        "Scan 0001.pdf": papers.scanned(papers.authorization_form(FACILITY, form), rng),
        "IMG_2041.JPG": papers.licence_photo(patient, rng, datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        "request form.pdf": papers.fillable_form(FACILITY, patient, wanted),
        "Progress note.pdf": chart,
        "Scan 0002.pdf": papers.scanned(chart, rng),
    }
