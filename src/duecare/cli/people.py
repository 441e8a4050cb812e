"""`duecare users …` and `duecare tokens …`: what is needed before anybody can sign in, and for scripts."""

from datetime import timedelta

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.cli.context import app
from duecare.core.access import SYSTEM
from duecare.core.errors import DomainError, Missing, NotFound, NotPossible
from duecare.core.people import operations, passwords, tokens
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.people.organisations import open_organisation
from duecare.core.requests import EXTENSION
from duecare.core.time import now


@click.group()
def users() -> None:
    """Add people and shut them out."""


@users.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, required=True, help="A role; may be given more than once.")
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation.")
@click.option("--organisation-name", metavar="NAME", help="Opens the organisation under this name.")
@click.option("--zone", default=None, help="Time zone of a new organisation, e.g. America/Chicago.")
@click.option("--ask-password", is_flag=True, help="Ask for the password now, besides mailing a link.")
def add_user(
    *,
    email: str,
    name: str,
    roles: tuple[str, ...],
    organisation: str,
    organisation_name: str | None,
    zone: str | None,
    ask_password: bool,
) -> None:
    """Add a person to an organisation and mail them a link to choose a password."""
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask_password else None
    with app() as made:
        opened = made.extensions[EXTENSION]
        settings = opened.settings
        with opened.database.transaction() as session:
            if organisation_name:
                open_organisation(
                    session, SYSTEM, organisation, organisation_name, zone or settings.default_time_zone
                )
            where = _organisation(session, organisation)
            user = operations.add_user(session, SYSTEM, where, email, name, roles)
            if password is not None:
                if faults := passwords.faults(password, (name, email)):
                    raise Missing(faults[0])
                operations.set_password(session, user, passwords.hash_password(settings, password), "")
        click.echo(f"{user.email} is {', '.join(sorted(set(roles)))} at {where.name}")


@users.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Shut a person out: sessions end, tokens are revoked. What they did stays on record."""
    with app() as made, made.extensions[EXTENSION].database.transaction() as session:
        user = _user(session, email)
        where = _organisation_of(session, user, None)
        operations.disable(session, SYSTEM, where.id, user.public_id)
    click.echo(f"{user.email} is disabled")


@click.group("tokens")
def api_tokens() -> None:
    """Give scripts access to the API."""


@api_tokens.command("add")
@click.option("--user", "email", required=True, metavar="EMAIL", help="Whose rights the token has.")
@click.option("--scope", "scopes", multiple=True, help="A permission; without any, all that the roles grant.")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option("--organisation", metavar="CODE", help="Needed for people of several organisations.")
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(1, 365), help="How long it is good."
)
def add_token(email: str, scopes: tuple[str, ...], name: str, organisation: str | None, days: int) -> None:
    """Make an API token and print it, this once."""
    with app() as made, made.extensions[EXTENSION].database.transaction() as session:
        user = _user(session, email)
        where = _organisation_of(session, user, organisation)
        granted = tokens.caller_in(session, user, where.id).permissions
        _, text = tokens.issue(
            session,
            SYSTEM,
            user,
            where,
            name=name,
            scopes=scopes or granted,
            expires_at=now() + timedelta(days=days),
        )
    click.echo(text)


def _user(session: Session, email: str) -> User:
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(f"nobody has the address {email}")
    return user


def _organisation(session: Session, code: str) -> Organisation:
    found = session.scalar(select(Organisation).where(Organisation.code == code))
    if found is None:
        raise NotFound(f"no organisation has the code {code}; --organisation-name opens one")
    return found


def _organisation_of(session: Session, user: User, code: str | None) -> Organisation:
    """The organisation of that code, or the only one the person belongs to."""
    if code is not None:
        return _organisation(session, code)
    rows = session.scalars(
        select(Organisation).join(Membership).where(Membership.user_id == user.id).distinct()
    ).all()
    if not rows:
        raise _lost(user)
    if len(rows) > 1:
        raise NotPossible(f"{user.email} belongs to several organisations; name one with --organisation")
    return rows[0]


def _lost(user: User) -> DomainError:
    return NotFound(f"{user.email} belongs to no organisation")
