"""`duecare audit verify`."""

import click

from duecare.cli.context import installation, progress
from duecare.core import audit as audit_log


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command()
def verify() -> None:
    """Recompute every hash chain and name the first row that does not hold; exit status 1 if any."""
    with installation() as opened, opened.database.snapshot() as session, progress("Checking") as tell:
        faults = audit_log.verify(session, tell=tell)
    for fault in faults:
        click.echo(f"chain {fault.chain}, entry {fault.sequence}: {fault.reason}", err=True)
    if faults:
        raise click.ClickException(f"{len(faults)} of the audit chains do not hold")
    click.echo("every audit chain holds")
