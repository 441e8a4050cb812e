"""`duecare db upgrade` and `duecare db check`."""

import click

from duecare.cli.context import installation
from duecare.core import schema
from duecare.core.metadata import metadata


@click.group()
def db() -> None:
    """Create, upgrade and check the database schema."""


@db.command()
def upgrade() -> None:
    """Bring the schema to this version; also creates it. Repeating it changes nothing."""
    with installation() as opened:
        before = schema.revision(opened.database)
        schema.upgrade(opened.database)
        click.echo(f"schema: {before or 'none'} → {schema.head()}")


@db.command()
def check() -> None:
    """Say whether the database is what this version works with; exit status 1 if not."""
    with installation() as opened:
        faults = schema.faults(opened.database, metadata)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException(f"the schema has {len(faults)} faults")
    click.echo(f"schema: {schema.head()}, as it should be")
