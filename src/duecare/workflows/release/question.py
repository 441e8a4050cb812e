"""What the figures of releases are asked about, and the address of the rows behind each of them.

A figure and its address narrow by the same question, so that the number equals the list it opens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask_babel import gettext as _

from duecare.core import queues
from duecare.core.clock.aging import AgingBucket
from duecare.core.errors import Missing
from duecare.workflows.release.lifecycle import ENDED, OPEN
from duecare.workflows.release.terms import REQUEST_TYPES

PERIOD_DAYS, MOST_PERIOD_DAYS = 30, 366
ACTIVITY_DAYS = 7
SOON_DAYS = 3
LIST_PATH = "/releases"


@dataclass(frozen=True)
class Question:
    """A period of the facility's days, both ends included, narrowed to a specialist, statuses and a type.

    `assignee` is a person's opaque id or `nobody`. The period concerns what was received, done or ended in
    it; open work is always the present one.
    """

    first: date
    last: date
    today: date
    statuses: tuple[str, ...] = ()
    assignee: str = ""
    request_type: str = ""

    @property
    def open_statuses(self) -> tuple[str, ...]:
        return tuple(code for code in OPEN if not self.statuses or code in self.statuses)

    @property
    def ended_statuses(self) -> tuple[str, ...]:
        return tuple(code for code in ENDED if not self.statuses or code in self.statuses)

    @property
    def active_from(self) -> date:
        """The first day of recent activity."""
        return self.today - timedelta(days=ACTIVITY_DAYS - 1)


def parse(given: Mapping[str, str], today: date) -> Question:
    """The question of a query string; without a period, the last `PERIOD_DAYS`. Raises `Missing`."""
    asked = queues.parse(
        {**given, "received_from": given.get("from", ""), "received_to": given.get("to", "")}
    )
    last = asked.received_to or today
    first = asked.received_from or last - timedelta(days=PERIOD_DAYS - 1)
    days = (last - first).days + 1
    if not 1 <= days <= MOST_PERIOD_DAYS:
        message = _("Choose a period of 1 to %(most)d days.", most=MOST_PERIOD_DAYS)
        raise Missing(message, {"from": message})
    request_type = given.get("type", "")
    known = request_type if request_type in REQUEST_TYPES else ""
    return Question(first, last, today, asked.statuses, asked.assignee, known)


@dataclass(frozen=True)
class Rows:
    """The addresses of the rows behind the figures of a question."""

    question: Question

    def open(self, **more: object) -> str:
        """Open work; `more` narrows it in the list's own words. Empty where the question asks for none."""
        asked = self.question.open_statuses
        if not asked or more.get("status", asked[0]) not in asked:
            return ""
        chosen = ",".join(asked) if self.question.statuses else "open"
        return self._address(**{"status": chosen, **more})

    def aged(self, bucket: AgingBucket) -> str:
        """Open work received as many of the facility's days ago as the bucket says."""
        today = self.question.today
        oldest = None if bucket.last is None else today - timedelta(days=bucket.last)
        youngest = today - timedelta(days=bucket.first) if bucket.first else None
        return self.open(received_from=oldest, received_to=youngest)

    def ended(self, status: str, **more: object) -> str:
        """What ended in the period in a status. Empty where the question asks for others only."""
        if status not in self.question.ended_statuses:
            return ""
        period = {"closed_from": self.question.first, "closed_to": self.question.last}
        return self._address(**{"status": status, **period, **more})

    def received(self, first: date, last: date) -> str:
        """What was received on some days, whatever became of it."""
        return self._address(status=self._any, received_from=first, received_to=last)

    def happened(self, **more: object) -> str:
        """What something happened to in the period."""
        period = {"event_from": self.question.first, "event_to": self.question.last}
        return self._address(**{"status": self._any, **period, **more})

    def worked_on(self, person: str) -> str:
        """What a person did something with in the last days, whoever holds it now."""
        return self.happened(
            event_by=person,
            event_from=self.question.active_from,
            event_to=self.question.today,
            assignee=None,
        )

    @property
    def _any(self) -> str:
        return ",".join(self.question.statuses) or "any"

    def _address(self, **given: object) -> str:
        """The list's address; empty where it would name another holder than the question does."""
        if given.get("assignee") and self.question.assignee not in {"", given["assignee"]}:
            return ""
        asked = {"assignee": self.question.assignee, "type": self.question.request_type, **given}
        kept = {name: str(value) for name, value in asked.items() if value not in {None, ""}}
        return f"{LIST_PATH}?{urlencode(kept)}"
