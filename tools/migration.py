"""Write a migration from the models: `make migration ARGS="what changes"`.

The difference between the newest migration and the models becomes the next one; read and test what it says.
Until the first release there is one migration: `--rewrite` writes it anew with the whole schema.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from alembic import command

from duecare import workflows
from duecare.core import schema
from duecare.core.db import BigId, Database, UtcDateTime

VERSIONS = Path(__file__).parents[1] / "src/duecare/migrations/versions"
OWN_TYPES = "\n\nfrom duecare.core.db import BigId, UtcDateTime\n"


def main(message: str, *, rewrite: bool) -> int:
    """Writes the migration and gives the process's exit status."""
    workflows.load()
    if rewrite:
        for old in VERSIONS.glob("[0-9]*.py"):
            old.unlink()
    path = write(f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04d}", message, is_first=rewrite)
    tidy(path, is_first=rewrite)
    print(path)
    return 0


def write(number: str, message: str, *, is_first: bool) -> Path:
    """Lets Alembic compare a database of the newest migration with the models."""
    with schema.migrating(Database("sqlite://")) as (_, config):
        if not is_first:
            command.upgrade(config, "head")
        config.attributes["options"] = {"render_item": rendered, "render_as_batch": not is_first}
        script = command.revision(config, message, autogenerate=True, rev_id=number)
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


def rendered(kind: str, item: Any, _context: Any) -> str | bool:
    """Types of our own by their names, types of libraries as what they are in the database."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if item == BigId or repr(item) == repr(BigId):
        return "BigId"
    return "sa.UnicodeText()" if type(item).__name__ == "AsaList" else False


def tidy(path: Path, *, is_first: bool) -> None:
    """Takes Alembic's own remarks out and puts the file into the form of the code."""
    text = re.sub(r"\n *# ### .*###", "", path.read_text())
    if is_first:  # a table takes its indexes with it; MariaDB would refuse to drop those of foreign keys
        text = re.sub(r"\n *op\.drop_index\(.*\)", "", text)
    path.write_text(text.replace("from alembic import op\n", "from alembic import op" + OWN_TYPES, 1))
    for action in (["check", "--quiet", "--select", "F401,I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *action, "--no-force-exclude", path], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", nargs="?", default="The whole schema")
    parser.add_argument("--rewrite", action="store_true", help="only before the first release")
    given = parser.parse_args()
    raise SystemExit(main(given.message, rewrite=given.rewrite))
