"""Files as they come in: made-up papers as phones and scanners send them, and samples that others wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from duecare.demo import papers, people
from duecare.demo.asked import Authorization, Wanted
from duecare.demo.papers import Facility
from duecare.demo.people import Address
from tests.support.samples import sample_files

TODAY = date(2026, 3, 2)
SCANNED_PAGES = 3
FACILITY = Facility(
    "Riverside General",
    Address("200 Foundry Street", "Riverside", "OH", "45431"),
    "(937) 555-0110",
    "(937) 555-0111",
)


@dataclass(frozen=True)
class RealFiles:
    """What the requester sends, and the records the specialist adds."""

    authorization: Path
    licence: Path
    form: Path
    scan: Path
    samples: tuple[Path, ...]

    @property
    def sent(self) -> tuple[Path, ...]:
        """What comes with the request."""
        return self.authorization, self.licence, self.form


def real_files(folder: Path) -> RealFiles:
    """Writes the made-up papers to a folder; two of them stand in for the samples where there are none."""
    for name, content in _made_up().items():
        (folder / name).write_bytes(content)
    given = sample_files() or (folder / "Lab results.pdf", folder / "Ward photo.jpg")
    return RealFiles(
        folder / "Scan 0001.pdf",
        folder / "IMG_2041.JPG",
        folder / "request form.pdf",
        folder / "Scan 0002.pdf",
        given,
    )


def _made_up() -> Mapping[str, bytes]:
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
        "Scan 0002.pdf": papers.scanned(chart, rng),
        "Lab results.pdf": papers.chart_record(FACILITY, patient, "laboratory_report", rng, TODAY, pages=2),
        "Ward photo.jpg": papers.licence_photo(patient, rng, datetime(2026, 3, 1, 9, 40, tzinfo=UTC)),
    }
