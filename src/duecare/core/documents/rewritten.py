"""What rewriting made of a file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rewritten:
    """How many pages were kept (None: text), what was left out, and whether the file had to be repaired."""

    pages: int | None
    removed: tuple[str, ...] = ()
    repaired: bool = False
