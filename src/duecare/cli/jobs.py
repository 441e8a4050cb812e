"""`duecare jobs list` and `duecare jobs run`."""

from datetime import UTC, datetime

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from duecare.cli.context import app, installation
from duecare.core.errors import Unavailable
from duecare.core.jobs import queue, runner
from duecare.core.jobs.models import STATES, Job
from duecare.core.requests import EXTENSION


@click.group()
def jobs() -> None:
    """See what runs in the background, and run it now."""


@jobs.command("list")
def list_jobs() -> None:
    """List the kinds of job, when each runs by itself, and how many there are in each state."""
    with installation() as opened, opened.database.reading() as session:
        counted = _counted(session)
    for kind in queue.kinds().values():
        states = "  ".join(f"{state} {counted.get((kind.name, state), 0)}" for state in STATES)
        click.echo(f"{kind.name:28} {kind.schedule or 'when needed'!s:24} {states}")


@jobs.command("run")
@click.argument("name")
@click.option("--at", help="Run as if it were this moment, e.g. 2026-03-02T06:00:00-06:00.")
def run_job(name: str, at: str | None) -> None:
    """Run a job now: for every organisation where it is scheduled per organisation."""
    if name not in queue_names():
        raise click.BadParameter(f"no job is called {name!r}; see duecare jobs list", param_hint="NAME")
    moment = _moment(at)
    with app() as made:
        failed = 0
        for result in runner.run_now(made.extensions[EXTENSION], name, moment):
            failed += result.state != "done"
            click.echo(f"{name} {result.public_id} {result.state} {result.error}".rstrip())
    if failed:
        raise Unavailable(f"{failed} of the jobs failed")


def queue_names() -> list[str]:
    """Names of every kind of job."""
    from duecare import workflows

    workflows.load()
    return list(queue.kinds())


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is not an ISO 8601 time", param_hint="--at") from None
    if moment.tzinfo is None:
        raise click.BadParameter("the time needs its offset, e.g. Z or -06:00", param_hint="--at")
    return moment.astimezone(UTC)


def _counted(session: Session) -> dict[tuple[str, str], int]:
    rows = session.execute(select(Job.name, Job.state, func.count()).group_by(Job.name, Job.state))
    return {(name, state): count for name, state, count in rows}
