"""Pictures as phones and scanners make them."""

from io import BytesIO

from PIL import Image


def _picture(kind: str, colour: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (64, 40), colour).save(made, kind)
    return made.getvalue()


SCAN = _picture("PNG", "white")
