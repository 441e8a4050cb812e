"""The demonstration's organisations and the people who sign in there, as data and as rows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from duecare.core.access import Caller, permissions_of
from duecare.core.db import opaque_id
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.time import now
from duecare.demo.papers import Facility
from duecare.demo.people import Address
from duecare.demo.steps import Team

A_YEAR = timedelta(days=366)
DATA = Path(__file__).parent / "data" / "demo.toml"


@dataclass(frozen=True)
class Site:
    """An organisation of the demonstration once it stands in the database."""

    organisation: Organisation
    facility: Facility
    team: Team
    users: Mapping[str, User]
    roles: Mapping[str, tuple[str, ...]]
    requests_a_year: int
    seed: int

    def caller(self, username: str) -> Caller:
        """The caller that somebody of the site is."""
        user = self.users[username]
        return Caller(
            kind="user",
            name=user.name,
            organisation_id=self.organisation.id,
            user_id=user.id,
            roles=frozenset(self.roles[username]),
            permissions=permissions_of(self.roles[username]),
            zone=self.organisation.zone,
        )


@cache
def described() -> dict[str, Any]:
    """The demonstration as `demo.toml` describes it."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def sign_ins() -> list[tuple[str, str, str, str]]:
    """Everybody who can sign in: organisation, name and e-mail, and what they do."""
    return [
        (site["name"], person["name"], person["email"], person["does"])
        for site in described()["organisations"]
        for person in site["people"]
    ]


def settle(session: Session, password_hash: str) -> list[Site]:
    """Adds the organisations and their people."""
    return [_site(session, each, password_hash) for each in described()["organisations"]]


def _site(session: Session, data: Mapping[str, Any], password_hash: str) -> Site:
    street, city, state, postal_code = data["address"]
    organisation = Organisation(
        code=data["code"],
        name=data["name"],
        zone=data["zone"],
        state=data["state"],
        phone=data["phone"],
        address=f"{street}, {city}, {state} {postal_code}",
        privacy_contact=data["privacy_contact"],
        created_at=now() - A_YEAR,
    )
    session.add(organisation)
    session.flush()
    users = {each["username"]: _user(session, organisation, each, password_hash) for each in data["people"]}
    return Site(
        organisation=organisation,
        facility=Facility(
            data["name"], Address(street, city, state, postal_code), data["phone"], data["fax"]
        ),
        team=Team(data["supervisors"], data["specialists"], data["reviewers"]),
        users=users,
        roles={each["username"]: tuple(each["roles"]) for each in data["people"]},
        requests_a_year=_requests_a_year(data),
        seed=data["seed"],
    )


def _user(session: Session, organisation: Organisation, data: Mapping[str, Any], password_hash: str) -> User:
    user = User(
        name=data["name"],
        email=data["email"],
        password=password_hash,
        locale=data.get("locale", "en"),
        fs_uniquifier=opaque_id(),
    )
    session.add(user)
    session.flush()
    session.add_all(
        Membership(user_id=user.id, organisation_id=organisation.id, role=role) for role in data["roles"]
    )
    return user


def _requests_a_year(data: Mapping[str, Any]) -> int:
    return int(data["requests_a_year"])
