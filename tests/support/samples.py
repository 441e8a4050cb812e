"""Documents that others wrote, about made-up people: they lie beside the tree, if at all."""

import os
from pathlib import Path

BESIDE = Path(__file__).parents[2].parent / "shared" / "samples"


def sample_files() -> tuple[Path, ...]:
    """The PDFs and pictures in the folder that DUECARE_SAMPLES names, else in the one beside the tree."""
    folder = Path(os.environ.get("DUECARE_SAMPLES") or BESIDE)
    return tuple(sorted([*folder.glob("*.pdf"), *folder.glob("*.jpg")]))
