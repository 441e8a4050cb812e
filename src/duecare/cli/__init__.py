"""The command line: `duecare …`. One module per family of commands.

Exit status: 0 done, 1 failed with a one-line reason, 2 wrong use or wrong settings.
"""

from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError

import duecare
from duecare.cli import audit, backup, database, demo, jobs, people, serving
from duecare.core.backup.folder import BackupError
from duecare.core.documents.store import StoreError
from duecare.core.errors import DomainError
from duecare.core.schema import SchemaOutOfDate
from duecare.settings import SettingsError

EXPECTED = (BackupError, click.Abort, DBAPIError, DomainError, OSError, SchemaOutOfDate, StoreError)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(duecare.__version__, prog_name="duecare")
def commands() -> None:
    """Nothing is lost, nothing is late without somebody knowing.

    Settings come from DUECARE_… variables of the environment.
    """


for command in (
    demo.demo,
    serving.serve,
    serving.worker,
    database.db,
    people.users,
    people.api_tokens,
    jobs.jobs,
    audit.audit,
    backup.backup,
    backup.restore,
):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives the exit status."""
    try:
        commands.main(arguments, prog_name="duecare", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SettingsError as error:
        return _failed(error.faults, status=2)
    except EXPECTED as error:
        return _failed([_reason(error)], status=1)
    return 0


def _reason(error: BaseException) -> str:
    if isinstance(error, click.Abort):
        return "stopped"
    told = error.orig if isinstance(error, DBAPIError) else error
    return str(told).strip().partition("\n")[0]


def _failed(reasons: list[str], status: int) -> int:
    for reason in reasons:
        click.echo(f"duecare: {reason}", err=True)
    return status
