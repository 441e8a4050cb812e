"""What a running duecare consists of: its settings, database and store, opened once and handed around."""

from dataclasses import dataclass
from functools import cached_property

from duecare.core.db import Database
from duecare.core.documents.store import Store
from duecare.core.documents.store import from_url as open_store
from duecare.settings import Settings


@dataclass(frozen=True)
class Installation:
    """The parts every process of one installation shares."""

    settings: Settings
    database: Database

    @cached_property
    def store(self) -> Store:
        return open_store(self.settings.storage_url)


def open_installation(settings: Settings) -> Installation:
    """The installation that the settings describe. Opens nothing until it is used."""
    return Installation(settings, Database(settings.database_url))
