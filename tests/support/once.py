"""What many tests begin with, made once a process: compiled templates, a database with every table."""

import atexit
import gc
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import make_url

from duecare.core.db import Database
from duecare.core.metadata import metadata


class Compiled(BytecodeCache):
    """Templates as the first app of the process compiled them; a changed source has another checksum."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def empty_database(url: str) -> None:
    """Gives an SQLite file, or whatever database the address names, every table and nothing in them."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        shutil.copyfile(_every_table(), parsed.database)
        return
    database = Database(url)
    metadata.create_all(database.engine)
    database.dispose()


def spare_the_collector() -> None:
    """Leaves out of every later garbage collection what importing and collecting tests has made."""
    gc.collect()
    gc.freeze()


@cache
def _every_table() -> Path:
    folder = TemporaryDirectory(prefix="duecare-test-")
    atexit.register(folder.cleanup)
    file = Path(folder.name) / "empty.db"
    database = Database(f"sqlite:///{file}")
    metadata.create_all(database.engine)
    database.dispose()
    return file
