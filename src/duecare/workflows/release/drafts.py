"""Keeping what a person without an account types and uploads until they send it: a day, then it is swept.

Nothing here reaches a cookie or an address: the browser's session carries a token that says nothing.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from duecare.core.db import opaque_id
from duecare.core.documents.operations import Landed
from duecare.core.documents.store import Stored
from duecare.core.errors import Missing
from duecare.core.jobs.queue import Work
from duecare.core.people.models import Organisation
from duecare.core.time import now
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.public_models import PublicDraft, PublicDraftFile, PublicGrant

KEPT_FOR = timedelta(hours=24)
RECEIPT_FOR = timedelta(hours=1)
SLACK = timedelta(hours=1)
MOST_FILES = 20
SWEPT_AT_ONCE = 500

Answers = Mapping[str, list[str]]


def begin(session: Session, organisation: Organisation) -> tuple[PublicDraft, str]:
    """A new draft, and the token that opens it."""
    token = opaque_id()
    draft = PublicDraft(
        token_digest=token_digest(token),
        organisation_id=organisation.id,
        organisation=organisation,
        answers={},
        expires_at=now() + KEPT_FOR,
    )
    session.add(draft)
    session.flush()
    return draft, token


def find(session: Session, token: str, organisation_id: int) -> PublicDraft | None:
    """The draft that a token opens for an organisation; None for an unknown, expired or other one."""
    return session.scalar(_by_token(token, organisation_id))


def lock(session: Session, token: str, organisation_id: int) -> PublicDraft | None:
    """Like `find`, holding the draft until the commit."""
    return session.scalar(_by_token(token, organisation_id).with_for_update())


def keep_answers(draft: PublicDraft, step: str, answers: Answers) -> None:
    """Keeps what was typed at a step, replacing what was there."""
    draft.answers = {**draft.answers, step: {name: list(values) for name, values in answers.items()}}
    draft.expires_at = now() + KEPT_FOR


def add_file(session: Session, draft: PublicDraft, kind: str, landed: Landed) -> bool:
    """Adds a landed file; False for one that is there already under the same kind."""
    known = any(file.kind == kind and file.sha256 == landed.stored.sha256 for file in draft.files)
    if known:
        return False
    if len(draft.files) >= MOST_FILES:
        raise Missing(_("You can send %(count)s files at most. Put pages into one PDF.", count=MOST_FILES))
    draft.files.append(
        PublicDraftFile(
            public_id=landed.public_id,
            kind=kind,
            given_name=landed.given_name[:300],
            key=landed.key,
            size=landed.stored.size,
            sha256=landed.stored.sha256,
        )
    )
    session.flush()
    return True


def remove_file(session: Session, draft: PublicDraft, public_id: str) -> str | None:
    """Takes a file out of the draft; gives its key in the store, to delete once this is committed."""
    found = next((file for file in draft.files if file.public_id == public_id), None)
    if found is None:
        return None
    draft.files.remove(found)
    session.flush()
    return found.key


def landed_files(draft: PublicDraft) -> list[tuple[str, Landed]]:
    """Kind and file of everything uploaded."""
    return [
        (file.kind, Landed(file.public_id, file.key, file.given_name, Stored(file.size, file.sha256)))
        for file in draft.files
    ]


def close(draft: PublicDraft, case: ReleaseRequest) -> None:
    """Marks the draft as sent: what was typed is gone, the receipt can be read a little longer."""
    draft.case_id, draft.answers, draft.files = case.id, {}, []
    draft.expires_at = now() + RECEIPT_FOR


def forget(session: Session, draft: PublicDraft) -> list[str]:
    """Deletes a draft; gives the keys of its files in the store, to delete once this is committed."""
    keys = [file.key for file in draft.files]
    session.delete(draft)
    return keys


def sweep(work: Work) -> int:
    """Deletes drafts and grants that have expired, with the files of the drafts; gives how many drafts.

    The files go first: a sweep that is cut short finds their rows again. What expired a moment ago is left
    for the next time, since somebody may be sending it just now.
    """
    store, swept = work.installation.store, 0
    while expired := _expired(work):
        for key in (key for keys in expired.values() for key in keys):
            store.delete(key)
        with work.installation.database.transaction() as session:
            session.execute(delete(PublicDraftFile).where(PublicDraftFile.draft_id.in_(expired)))
            session.execute(delete(PublicDraft).where(PublicDraft.id.in_(expired)))
        swept += len(expired)
    with work.installation.database.transaction() as session:
        session.execute(delete(PublicGrant).where(PublicGrant.expires_at <= now()))
    return swept


def landed_of_drafts(session: Session, public_ids: list[str]) -> set[str]:
    """Of the ids of landed files, those that belong to a draft."""
    known = select(PublicDraftFile.public_id).where(PublicDraftFile.public_id.in_(public_ids))
    return set(session.scalars(known))


def token_digest(token: str) -> str:
    """What the tables keep of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _by_token(token: str, organisation_id: int) -> Select[PublicDraft]:
    return select(PublicDraft).where(
        PublicDraft.token_digest == token_digest(token),
        PublicDraft.organisation_id == organisation_id,
        PublicDraft.expires_at > now(),
    )


def _expired(work: Work) -> dict[int, list[str]]:
    with work.installation.database.reading() as session:
        rows = session.scalars(
            select(PublicDraft).where(PublicDraft.expires_at <= now() - SLACK).limit(SWEPT_AT_ONCE)
        )
        return {row.id: [file.key for file in row.files] for row in rows}
