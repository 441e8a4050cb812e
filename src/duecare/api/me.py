"""Who the token makes its bearer: a first call to see whether a token works and what it may do."""

from sqlalchemy import select

from duecare.api.operation import Answer, Call, Operation
from duecare.core import requests
from duecare.core.people.models import Organisation, User
from duecare.core.resources import Shown


class OrganisationView(Shown):
    """The organisation a token is for."""

    id: str
    name: str
    zone: str


class MeView(Shown):
    """The caller. `permissions` are what the token's scopes leave of what its user's roles grant."""

    id: str
    name: str
    organisation: OrganisationView
    roles: list[str]
    permissions: list[str]


def get(_call: Call) -> Answer:
    """The caller."""
    caller, session = requests.caller(), requests.reading()
    organisation = session.get_one(Organisation, requests.organisation_id())
    user_id = session.scalars(select(User.public_id).where(User.id == caller.user_id)).one()
    return Answer(
        MeView(
            id=user_id,
            name=caller.name,
            organisation=OrganisationView(
                id=organisation.public_id, name=organisation.name, zone=organisation.zone
            ),
            roles=sorted(caller.roles),
            permissions=sorted(each for each in caller.permissions if caller.may(each)),
        )
    )


OPERATIONS = (Operation("get_me", "GET", "/me", "me", "Who this token is", get, answer=MeView),)
