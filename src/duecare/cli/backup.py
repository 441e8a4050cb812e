"""`duecare backup DIR` and `duecare restore DIR`."""

from pathlib import Path

import click

from duecare.cli.context import installation, progress
from duecare.core.backup.folder import Manifest
from duecare.core.backup.load import load
from duecare.core.backup.save import save
from duecare.core.metadata import metadata

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def backup(folder: Path) -> None:
    """Save every row and file into DIR, while work goes on. Protect DIR: it holds everything."""
    with installation() as opened, progress("Saving") as tell:
        manifest = save(opened, metadata, folder, tell)
    click.echo(f"saved {_told(manifest)}")


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def restore(folder: Path) -> None:
    """Make an empty installation equal to the backup in DIR, on any database, and verify it."""
    with installation() as opened, progress("Restoring") as tell:
        manifest = load(opened, metadata, folder, tell)
    click.echo(f"restored and verified {_told(manifest)}")


def _told(manifest: Manifest) -> str:
    return f"{sum(manifest.rows.values())} rows and {manifest.files} files ({manifest.file_bytes} bytes)"
