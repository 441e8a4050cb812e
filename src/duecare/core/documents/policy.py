"""What an organisation accepts as a document. Data only: the sandboxed child gets it as JSON."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Policy:
    """Limits for one uploaded file. Sizes in bytes; an administrator may set other values."""

    max_bytes: int = 100 * MEGABYTE
    max_pages: int = 2000
    max_text_bytes: int = 1 * MEGABYTE
    max_text_lines: int = 20_000
    max_pixels: int = 40_000_000  # A4 at 600 dpi is 35 million
    max_photo_pixels: int = 210_000_000  # larger phone photos are decoded at a fraction of their size
    max_unpacked_bytes: int = 256 * MEGABYTE  # all compressed PDF streams that are not pictures, together
    draw_seconds: float = 4.0  # how long test-drawing of pages may go on
    thumbnail_width: int = 320
