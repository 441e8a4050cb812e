"""`duecare demo`: a lively installation of made-up people, ready in a browser."""

import shutil
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from duecare import server
from duecare.app import create_app
from duecare.core import logging, schema
from duecare.core.installation import Installation
from duecare.core.metadata import metadata
from duecare.core.people.passwords import hash_password
from duecare.core.requests import EXTENSION
from duecare.demo import load as demonstration
from duecare.demo import staffing
from duecare.settings import Settings, load

FOLDER = Path(".var") / "demo"
FILLED = "filled"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--reset", is_flag=True, help="Throw the demonstration away and make it anew, ending today.")
@click.option("--fill-only", is_flag=True, help="Make the data and stop, without serving.")
def demo(host: str, port: int, reset: bool, fill_only: bool) -> None:
    """Serve made-up organisations with a year of requests. Nothing in it is real."""
    settings = settings_for(host, port)
    logging.configure(settings)
    if reset:
        shutil.rmtree(FOLDER, ignore_errors=True)
    server.ensure_free(host, port)
    app = create_app(settings)
    with app.app_context():
        prepare(app.extensions[EXTENSION])
    app.extensions[EXTENSION].database.dispose()
    if fill_only:
        return
    _introduce(f"http://{host}:{port}")
    server.serve(app, host, port, server.usual_processes())


def settings_for(host: str, port: int) -> Settings:
    """Settings of the demonstration: everything in one folder, whatever the environment says."""
    return load(
        {},
        environment="demo",
        database_url=f"sqlite:///{FOLDER / 'duecare.db'}",
        storage_url=f"file:{FOLDER / 'store'}",
        mail_url=f"file:{FOLDER / 'outbox'}",
        public_url=f"http://{host}:{port}",
        session_idle_minutes=8 * 60,
    )


def prepare(installation: Installation) -> None:
    """Makes the demonstration's data unless it is there. Those broken off or of another version go."""
    marker = FOLDER / FILLED
    if marker.exists():
        if _fits(installation, marker):
            return
        click.echo("The demonstration here was made by another version of duecare. It is made anew.")
    if FOLDER.exists():
        installation.database.dispose()
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True)
    click.echo("Making up two hospitals and a year of requests (once, about half a minute) …")
    schema.upgrade(installation.database)
    password = staffing.described()["password"]
    demonstration.fill(installation, hash_password(installation.settings, password), click.echo)
    marker.write_text(demonstration.EDITION)


def _fits(installation: Installation, marker: Path) -> bool:
    """True if this version can work with the data: its edition and every table are as they should be."""
    if marker.read_text().strip() != demonstration.EDITION:
        return False
    try:
        return schema.faults(installation.database, metadata) == []
    except SQLAlchemyError:
        return False


def _introduce(address: str) -> None:
    click.echo(f"\nduecare runs at {address} — everybody and everything in it is made up.\n")
    width = max(len(email) for _, _, email, _ in staffing.sign_ins())
    organisation = ""
    for site, name, email, does in staffing.sign_ins():
        if site != organisation:
            organisation = site
            click.echo(f"  {site}")
        click.echo(f"    {email:<{width}}  {name}: {does}")
    click.echo(f"\n  Password of all: {staffing.described()['password']}")
    click.echo(f"  Without an account: {address}/request and {address}/status")
    click.echo(f"  Mail that was sent: {FOLDER / 'outbox'}\n")
