"""Files that came with a form: landed in quarantine before the form is checked, and kept while it is wrong.

A landed file is handed back to the form as a signed token, so that a wrong field never costs an upload. A
token is good for the person and the organisation that uploaded the file, for a day.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from werkzeug.datastructures import FileStorage

from duecare.core.access import Caller
from duecare.core.documents.names import extension
from duecare.core.documents.operations import Landed, land
from duecare.core.documents.refusals import REASONS
from duecare.core.documents.sniffing import sniff
from duecare.core.documents.store import Stored
from duecare.core.errors import Missing
from duecare.core.installation import Installation
from duecare.core.signing import signed, unsigned
from duecare.core.time import now

PURPOSE = "landed"
GOOD_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Uploaded:
    """A landed file and what it is said to be."""

    public_id: str
    key: str
    name: str
    kind: str
    size: int
    sha256: str
    by: int
    organisation: int
    at: str

    def landed(self) -> Landed:
        return Landed(self.public_id, self.key, self.name, Stored(self.size, self.sha256))


@dataclass(frozen=True)
class Rejected:
    """A file that did not land, and why in words."""

    name: str
    reason: str


def land_all(
    installation: Installation, caller: Caller, files: Iterable[tuple[str, FileStorage]]
) -> tuple[list[Uploaded], list[Rejected]]:
    """Lands each (kind, file); one that cannot land never costs the others."""
    landed: list[Uploaded] = []
    rejected: list[Rejected] = []
    for kind, file in files:
        if not file.filename:
            continue
        try:
            landed.append(land_one(installation, caller, kind, file))
        except Missing as error:
            rejected.append(Rejected(file.filename, error.detail))
    return landed, rejected


def once(uploaded: Iterable[Uploaded]) -> tuple[list[Uploaded], list[Uploaded]]:
    """The uploads with each file of a kind once, and those that were there already by their content."""
    seen: set[tuple[str, str]] = set()
    first: list[Uploaded] = []
    again: list[Uploaded] = []
    for each in uploaded:
        (again if (each.kind, each.sha256) in seen else first).append(each)
        seen.add((each.kind, each.sha256))
    return first, again


def land_one(installation: Installation, caller: Caller, kind: str, file: FileStorage) -> Uploaded:
    """Streams one file into quarantine. Raises `Missing` like `land_checked`."""
    found = land_checked(installation, file, file.filename or "")
    return Uploaded(
        public_id=found.public_id,
        key=found.key,
        name=found.given_name,
        kind=kind,
        size=found.stored.size,
        sha256=found.stored.sha256,
        by=caller.user_id or 0,
        organisation=caller.organisation_id or 0,
        at=now().isoformat(),
    )


def land_checked(installation: Installation, file: FileStorage, name: str) -> Landed:
    """Streams a file into quarantine. Raises `Missing` for one that is empty, too large or in disguise."""
    store, limit = installation.store, installation.settings.upload_max_bytes
    landed = land(store, cast("BinaryIO", file.stream), name, limit)
    with store.open_local(landed.key) as path:
        _kind, refusal = sniff(path, extension(landed.given_name))
    if refusal:
        store.delete(landed.key)
        raise Missing(str(REASONS[refusal]))
    return landed


def token_of(installation: Installation, uploaded: Uploaded) -> str:
    """The upload as a signed text for a hidden field."""
    packed = urlsafe_b64encode(json.dumps(asdict(uploaded)).encode()).decode()
    return signed(installation.settings.key, PURPOSE, packed)


def from_tokens(installation: Installation, caller: Caller, tokens: Iterable[str]) -> list[Uploaded]:
    """The uploads of a form's tokens; those of somebody else, of another day or made up are left out."""
    read = (_read(installation, token) for token in dict.fromkeys(tokens))
    return [each for each in read if each and _is_good(each, caller)]


def _read(installation: Installation, token: str) -> Uploaded | None:
    packed = unsigned(installation.settings.key, PURPOSE, token)
    return Uploaded(**json.loads(urlsafe_b64decode(packed))) if packed else None


def _is_good(uploaded: Uploaded, caller: Caller) -> bool:
    mine = uploaded.by == (caller.user_id or 0) and uploaded.organisation == (caller.organisation_id or 0)
    return mine and now() - datetime.fromisoformat(uploaded.at) < GOOD_FOR
