from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from duecare.demo import people
from duecare.demo.asked import Authorization, Wanted
from duecare.demo.papers import Facility
from duecare.demo.people import Address, Person, Requester
from duecare.demo.steps import Team
from duecare.demo.story import PlannedRequest, Setting, plan_year

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def rng() -> Random:
    return Random(2026)


@pytest.fixture
def patient(rng: Random) -> Person:
    return people.patients(rng, 1, TODAY)[0]


@pytest.fixture
def attorney(rng: Random) -> Requester:
    return people.organisation_requesters(rng, "attorney")[0]


@pytest.fixture
def facility() -> Facility:
    address = Address("200 Foundry Street", "Riverside", "OH", "45431")
    return Facility("Riverside General", address, "(937) 555-0110", "(937) 555-0111")


@pytest.fixture
def wanted() -> Wanted:
    return Wanted(("progress_notes", "imaging"), date(2024, 1, 1), date(2025, 12, 31), "legal")


@pytest.fixture
def authorization(patient: Person, attorney: Requester, wanted: Wanted) -> Authorization:
    return Authorization(patient, attorney, wanted, date(2026, 10, 1), date(2027, 10, 1))


@pytest.fixture(scope="session")
def setting() -> Setting:
    team = Team(["supervisor"], ["kim", "ortiz", "shah", "novak"], ["reviewer", "kim"])
    return Setting(team, ZoneInfo("America/New_York"))


@pytest.fixture(scope="session")
def year(setting: Setting) -> list[PlannedRequest]:
    return plan_year(Random(7), NOW, 700, setting)
