"""What the tests of signing in do again and again."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from duecare.core.installation import Installation
from duecare.core.people import sign_in as sessions_of_people
from duecare.core.people.models import SignIn, User
from tests.support.world import PASSWORD

ALICE = "alice@duecare.example"


def token_of(html: str) -> str:
    """The CSRF token of a page's form."""
    return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]


def post(client: FlaskClient, path: str, page: str | None = None, **fields: object) -> TestResponse:
    """Sends a form with the token of the page that it stands on."""
    token = token_of(client.get(page or path).text)
    return client.post(path, data={"csrf_token": token, **fields})


def sign_in(
    client: FlaskClient, email: str = ALICE, password: str = PASSWORD, **fields: object
) -> TestResponse:
    """The answer to e-mail and password."""
    return post(client, "/sign-in", email=email, password=password, **fields)


def sessions(installation: Installation) -> list[SignIn]:
    """Every session there ever was."""
    with installation.database.reading() as session:
        return list(session.scalars(select(SignIn).order_by(SignIn.id)))


def end_sessions_of(installation: Installation, user: User) -> None:
    """Ends a person's sessions from the other side."""
    with installation.database.transaction() as session:
        sessions_of_people.end_all(session, user.id, "test")


def change(installation: Installation, name: str, **values: object) -> None:
    """Changes columns of a person."""
    with installation.database.transaction() as session:
        user = session.scalars(select(User).where(User.email == f"{name}@duecare.example")).one()
        for field, value in values.items():
            setattr(user, field, value)
