"""`duecare serve` and `duecare worker`."""

import click

from duecare import server
from duecare.app import create_app
from duecare.cli.context import settings
from duecare.core import schema
from duecare.core.requests import EXTENSION


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers",
    default=server.usual_processes,
    show_default="two for each core",
    type=click.IntRange(1, 256),
    help="Processes that serve pages.",
)
@click.option(
    "--jobs/--no-jobs",
    default=None,
    help="Run jobs in a child process (default, unless DUECARE_QUEUE_URL is set).",
)
def serve(host: str, port: int, workers: int, jobs: bool | None) -> None:
    """Serve pages and API, and run jobs, until SIGTERM or Ctrl-C."""
    found = settings()
    app = create_app(found)
    schema.ready(app.extensions[EXTENSION].database)
    click.echo(f"duecare serves http://{host}:{port} with {workers} processes (Ctrl-C ends it)")
    runs_jobs = found.queue_url is None if jobs is None else jobs
    server.serve(app, host, port, workers, jobs=runs_jobs)


@click.command()
def worker() -> None:
    """Run due jobs until SIGTERM or Ctrl-C. Any number of workers may run, on any number of machines."""
    found = settings()
    app = create_app(found)
    schema.ready(app.extensions[EXTENSION].database)
    if found.queue_url is None:
        server.run_jobs(app)
        return
    from duecare.core.jobs import celery_runner

    celery_runner.work(app, found.queue_url)
