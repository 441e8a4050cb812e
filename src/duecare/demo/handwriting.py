"""Draws a signature as pen strokes. The same name is always signed the same way."""

from random import Random

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]
Stroke = list[Point | Curve]

BASELINE = 18.0
STEP = 5.2
WIDEST = 144.0


def signature(name: str) -> list[Stroke]:
    """Return one stroke a word, each a starting point and Bézier curves, within 150 by 26 points."""
    rng = Random(name)
    words = name.replace("-", " ").split()
    letters = sum(len(word) for word in words) + len(words)
    step = min(STEP, WIDEST / (letters + 2))
    strokes: list[Stroke] = []
    left = 2.0
    for word in words:
        strokes.append(_word(rng, word, left, step))
        left += (len(word) + 1.2) * step
    return [*strokes, _flourish(rng, left)]


def _word(rng: Random, word: str, left: float, step: float) -> Stroke:
    stroke: Stroke = [(left, BASELINE)]
    x, y = left, BASELINE
    for number, _ in enumerate(word):
        rise = (
            rng.uniform(12, 16)
            if number == 0
            else rng.choice((2.6, 3.2, 3.2, 4.0, 9.0)) * rng.uniform(0.8, 1.1)
        )
        after = x + step * rng.uniform(0.85, 1.15), BASELINE - 0.08 * (x - left) + rng.uniform(-0.6, 0.6)
        stroke += _loop((x, y), after, rise, step)
        x, y = after
    return stroke


def _loop(start: Point, end: Point, rise: float, step: float) -> list[Curve]:
    """Return the up and the down stroke of one letter, leaning right as a running hand does."""
    lean = rise * 0.35
    top = (start[0] + step * 0.55 + lean, start[1] - rise)
    up = ((start[0] + step * 0.9, start[1]), (top[0] + step * 0.7, top[1] + rise * 0.1), top)
    down = ((top[0] - step * 0.6, top[1]), (end[0] - step * 0.8, end[1] + 0.6), end)
    return [up, down]


def _flourish(rng: Random, right: float) -> Stroke:
    y = BASELINE + rng.uniform(3, 6)
    start = (right * rng.uniform(0.3, 0.6), y)
    end = (min(right + rng.uniform(0, 12), 149.0), y - rng.uniform(1, 5))
    return [start, ((start[0] + 20, y - 2), (end[0] - 20, y + 2), end)]
