"""Plans a year of made-up requests for records: who asks for what, when, and what staff then do, as data.

Pure: nothing is stored and no clock is read. It must never plan a step that the lifecycle of a release
refuses, nor one later than `now`. Turning the plan into cases is the caller's work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from duecare.demo.asked import Authorization, Wanted
from duecare.demo.cast import Cast, Channel, RequestType, authorization_of, cast_of, spoilt, wanted_of
from duecare.demo.office_time import OfficeTime, weekday
from duecare.demo.people import Person, Requester
from duecare.demo.steps import DEFECTIVE, Script, Step, Team, play

Priority = Literal["normal", "urgent"]

# Requests received, relative to an average day: by weekday from Monday, and by month from January.
WEEKDAYS = (1.25, 1.1, 1.0, 0.95, 0.8, 0.12, 0.08)
MONTHS = (1.15, 1.05, 1.05, 1.0, 1.0, 0.95, 0.85, 0.95, 1.05, 1.05, 0.95, 0.8)
SATURDAY = 5

# Days from receipt to completion: median and spread (sigma of the logarithm) of a lognormal law.
TURNAROUND: dict[RequestType, tuple[float, float]] = {
    "patient_access": (8.0, 0.7),
    "representative": (8.5, 0.7),
    "third_party": (10.0, 0.65),
    "continuity_of_care": (1.1, 0.5),
    "subpoena": (8.0, 0.4),
}
EXTENDED_TURNAROUND = (33.0, 52.0)
SUBPOENA_DAYS = 14
CONTINUITY_WORKING_DAYS = 2
TARGET_DAYS = 30
EXTENSION_DAYS = 30
LEAST_SCALE_VOLUME = 600
URGENT: dict[RequestType, float] = {"continuity_of_care": 0.35, "subpoena": 0.3}
USUALLY_URGENT = 0.05

CLOSED_SCRIPTS: dict[Script, int] = {
    "completed": 555,
    "completed_after_hold": 130,
    "completed_after_return": 110,
    "completed_after_both": 40,
    "completed_by_another": 50,
    "completed_after_extension": 15,
    "completed_twice": 15,
    "denied": 40,
    "denied_at_once": 5,
    "cancelled": 25,
    "cancelled_at_once": 15,
}


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A line of the open book: how many requests of a type stand at a point, due so many days from today."""

    script: Script
    request_type: RequestType
    number: int
    due_from: int
    due_to: int


OPEN_BOOK = (
    OpenWork("working", "patient_access", 2, -9, -1),
    OpenWork("held", "patient_access", 1, -5, -1),
    OpenWork("returned", "patient_access", 1, -4, -1),
    OpenWork("reviewing", "patient_access", 1, -2, -1),
    OpenWork("working", "subpoena", 1, -3, -1),
    OpenWork("working", "patient_access", 2, 0, 0),
    OpenWork("returned", "patient_access", 1, 0, 0),
    OpenWork("reviewing", "third_party", 1, 0, 0),
    OpenWork("working", "continuity_of_care", 2, 0, 0),
    OpenWork("working", "subpoena", 1, 0, 0),
    OpenWork("working", "third_party", 8, 1, 7),
    OpenWork("working", "patient_access", 5, 1, 7),
    OpenWork("working", "representative", 1, 1, 7),
    OpenWork("reviewing", "third_party", 4, 1, 7),
    OpenWork("working", "continuity_of_care", 3, 1, 1),
    OpenWork("working", "subpoena", 2, 2, 7),
    OpenWork("working", "third_party", 13, 8, 27),
    OpenWork("working", "patient_access", 10, 8, 27),
    OpenWork("working", "representative", 2, 8, 27),
    OpenWork("held", "third_party", 3, 8, 22),
    OpenWork("held", "patient_access", 2, 8, 22),
    OpenWork("reviewing", "patient_access", 4, 8, 22),
    OpenWork("reviewing", "third_party", 2, 8, 22),
    OpenWork("returned", "third_party", 1, 8, 20),
    OpenWork("extended", "patient_access", 2, 8, 20),
)
UNASSIGNED = 9


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request and its history.

    `authorizations` stand in the order they arrived: the first with the request, a second one when the
    hold for a defective first ended. `paper_due` is the day a subpoena names. Times are in UTC.
    """

    received_at: datetime
    channel: Channel
    request_type: RequestType
    requester: Requester
    patient: Person
    wanted: Wanted
    priority: Priority
    jurisdiction: str
    steps: tuple[Step, ...]
    authorizations: tuple[Authorization, ...] = ()
    paper_due: date | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """The organisation the year is planned for; `jurisdiction` is an ISO 3166-2 code."""

    team: Team
    zone: ZoneInfo
    jurisdiction: str = "US-OH"
    is_working_day: Callable[[date], bool] = weekday


def plan_year(rng: Random, now: datetime, volume: int, setting: Setting) -> list[PlannedRequest]:
    """Return about `volume` requests of the year before `now`, the oldest first.

    The open ones follow `OPEN_BOOK`, in proportion for fewer than 600 a year: due dates are aimed with
    30 calendar days (patient, third party), 2 working days (continuity of care) or the date on the paper.
    """
    office = OfficeTime(setting.zone, setting.is_working_day)
    year = _Year(rng, now, office, setting, cast_of(rng, max(volume * 4 // 5, 20), office.local_date(now)))
    share = min(1.0, volume / LEAST_SCALE_VOLUME)
    planned = [year.open_request(line) for line in OPEN_BOOK for _ in range(_scaled(rng, line.number, share))]
    planned += [year.new_request() for _ in range(_scaled(rng, UNASSIGNED, share))]
    planned += year.closed_requests(volume - len(planned))
    return sorted(planned, key=lambda request: request.received_at)


def aimed_due(request: PlannedRequest, office: OfficeTime) -> date:
    """Return the due date the plan aimed at, without pauses: the caller's rules decide the real one."""
    received = office.local_date(request.received_at)
    extensions = [step.until for step in request.steps if step.until]
    if extensions:
        return extensions[-1]
    if request.paper_due:
        return request.paper_due
    if request.request_type == "continuity_of_care":
        return office.working_days_after(received, CONTINUITY_WORKING_DAYS)
    return received + timedelta(days=TARGET_DAYS)


def _scaled(rng: Random, number: int, share: float) -> int:
    """Return `number` times `share`, rounded by chance so that small parts are not always lost."""
    exact = number * share
    return int(exact) + (rng.random() < exact - int(exact))


@dataclass(frozen=True, slots=True)
class _Year:
    rng: Random
    now: datetime
    office: OfficeTime
    setting: Setting
    cast: Cast

    @property
    def today(self) -> date:
        return self.office.local_date(self.now)

    def open_request(self, line: OpenWork) -> PlannedRequest:
        due = self.today + timedelta(days=self.rng.randint(line.due_from, line.due_to))
        extension = EXTENSION_DAYS if line.script == "extended" else 0
        received_on = self._received_for(line.request_type, due - timedelta(days=extension))
        received_at, channel = self._arrival(received_on, line.request_type)
        paper_due = due if line.request_type == "subpoena" else None
        return self._request(line.request_type, received_at, channel, line.script, self.now, paper_due)

    def new_request(self) -> PlannedRequest:
        """Return a request that came today or on the last working day and nobody has taken up yet."""
        day = self.office.working_days_before(self.today, 1)
        start = self.office.moment(day, self.office.opens)
        [received_at] = self.office.spread(start, self.now, [self.rng.uniform(0.3, 0.98)])
        request_type = self.cast.request_type(self.rng)
        channel = self.cast.channel(self.rng, request_type)
        return self._request(request_type, received_at, channel, "received", self.now)

    def closed_requests(self, number: int) -> list[PlannedRequest]:
        days = [self.today - timedelta(days=ago) for ago in range(1, 365)]
        weights = [self._busyness(day) for day in days]
        planned: list[PlannedRequest] = []
        while len(planned) < number:
            [day] = self.rng.choices(days, weights)
            if request := self._closed_request(day):
                planned.append(request)
        return planned

    def _closed_request(self, day: date) -> PlannedRequest | None:
        """Return a request received that day, unless it would still be open now."""
        request_type = self.cast.request_type(self.rng)
        [script] = self.rng.choices(list(CLOSED_SCRIPTS), list(CLOSED_SCRIPTS.values()))
        if script == "completed_after_extension":
            request_type = "patient_access"
        received_at, channel = self._arrival(day, request_type)
        closed_at = received_at + timedelta(days=self._turnaround(request_type, script))
        if not self.office.spread(received_at, closed_at, [1.0]):
            closed_at = self.office.next_closing(closed_at)
        if closed_at >= self.now:
            return None
        paper_due = day + timedelta(days=SUBPOENA_DAYS) if request_type == "subpoena" else None
        return self._request(request_type, received_at, channel, script, closed_at, paper_due)

    def _turnaround(self, request_type: RequestType, script: Script) -> float:
        if script == "completed_after_extension":
            return self.rng.uniform(*EXTENDED_TURNAROUND)
        median, spread = TURNAROUND[request_type]
        return median * self.rng.lognormvariate(0, spread)

    def _received_for(self, request_type: RequestType, due: date) -> date:
        if request_type == "continuity_of_care":
            return self.office.working_days_before(due, CONTINUITY_WORKING_DAYS)
        return due - timedelta(days=SUBPOENA_DAYS if request_type == "subpoena" else TARGET_DAYS)

    def _arrival(self, day: date, request_type: RequestType) -> tuple[datetime, Channel]:
        """Return when on that day the request came and how: only the portal takes any while closed."""
        channel: Channel = "portal"
        if self.office.is_working_day(day):
            channel = self.cast.channel(self.rng, request_type)
        at = self.rng.triangular(6, 22.5, 12) if channel == "portal" else self.rng.triangular(8, 16.9, 10.5)
        seconds = int(at * 3600)
        return self.office.moment(day, time(seconds // 3600, seconds // 60 % 60, seconds % 60)), channel

    def _busyness(self, day: date) -> float:
        weight = WEEKDAYS[day.weekday()] * MONTHS[day.month - 1]
        closed = day.weekday() < SATURDAY and not self.office.is_working_day(day)
        return weight * WEEKDAYS[SATURDAY] if closed else weight

    def _request(
        self,
        request_type: RequestType,
        received_at: datetime,
        channel: Channel,
        script: Script,
        until: datetime,
        paper_due: date | None = None,
    ) -> PlannedRequest:
        received_on = self.office.local_date(received_at)
        patient, requester = self.cast.pair(self.rng, request_type, received_on)
        wanted = wanted_of(self.rng, request_type, requester, patient, received_on)
        steps = self._steps(script, request_type, received_at, until)
        urgent = self.rng.random() < URGENT.get(request_type, USUALLY_URGENT)
        return PlannedRequest(
            received_at=received_at,
            channel=channel,
            request_type=request_type,
            requester=requester,
            patient=patient,
            wanted=wanted,
            priority="urgent" if urgent else "normal",
            jurisdiction=self.setting.jurisdiction,
            steps=steps,
            authorizations=self._authorizations(patient, requester, wanted, steps, received_on)
            if request_type == "third_party"
            else (),
            paper_due=paper_due,
        )

    def _authorizations(
        self,
        patient: Person,
        requester: Requester,
        wanted: Wanted,
        steps: tuple[Step, ...],
        received_on: date,
    ) -> tuple[Authorization, ...]:
        signed_on = received_on - timedelta(days=self.rng.randint(1, 30))
        first = authorization_of(patient, requester, wanted, signed_on)
        if not any(step.reason == DEFECTIVE for step in steps):
            return (first,)
        later = [self.office.local_date(step.at) for step in steps if step.action == "resume"]
        return spoilt(self.rng, first), *(authorization_of(patient, requester, wanted, day) for day in later)

    def _steps(
        self, script: Script, request_type: RequestType, received_at: datetime, until: datetime
    ) -> tuple[Step, ...]:
        return play(
            self.rng,
            script,
            request_type,
            received_at=received_at,
            until=until,
            office=self.office,
            team=self.setting.team,
        )
