"""What happened to a request's clock after receipt: pauses and the extension, as known at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from duecare.core.clock.errors import BadIntervalError, NaiveTimeError


def _require_aware(*instants: datetime | None) -> None:
    for instant in instants:
        if instant is not None and instant.tzinfo is None:
            raise NaiveTimeError(moment=instant.isoformat())


@dataclass(frozen=True)
class Pause:
    """On hold from ``started_at`` until just before ``ended_at``; ``None`` means it still is."""

    started_at: datetime
    ended_at: datetime | None
    reason: str

    def __post_init__(self) -> None:
        _require_aware(self.started_at, self.ended_at)
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise BadIntervalError(started=self.started_at.isoformat(), ended=self.ended_at.isoformat())

    def covers(self, instant: datetime) -> bool:
        return self.started_at <= instant and (self.ended_at is None or instant < self.ended_at)

    def is_open_at(self, instant: datetime) -> bool:
        return self.ended_at is None or self.ended_at > instant


@dataclass(frozen=True)
class Extension:
    """A letter sent at ``granted_at`` that moves the due date to the end of the local day ``until``."""

    granted_at: datetime
    until: date
    reason: str

    def __post_init__(self) -> None:
        _require_aware(self.granted_at)


def known_pauses(pauses: Iterable[Pause], as_of: datetime) -> tuple[Pause, ...]:
    """Return, in order, the pauses begun by ``as_of``; what ended later is open."""
    begun = sorted(
        (pause for pause in pauses if pause.started_at <= as_of), key=lambda pause: pause.started_at
    )
    return tuple(replace(pause, ended_at=None) if pause.is_open_at(as_of) else pause for pause in begun)


def resumed_at(pauses: Iterable[Pause], instant: datetime) -> tuple[Pause, ...]:
    """Return the pauses as if the clock ran without a pause from ``instant`` on."""
    begun = (pause for pause in pauses if pause.started_at < instant)
    return tuple(replace(pause, ended_at=instant) if pause.is_open_at(instant) else pause for pause in begun)
