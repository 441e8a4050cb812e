"""Puts drawn papers into the store and the document table, as inspection would have left them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from duecare.core.access import Caller
from duecare.core.cases import Case
from duecare.core.db import opaque_id
from duecare.core.documents.intake import key_of
from duecare.core.documents.models import ACCEPTED, Document
from duecare.core.documents.store import Store
from duecare.core.time import now
from duecare.demo.orders import Paper


@dataclass(frozen=True)
class Clerk:
    """Files papers of one installation."""

    session: Session
    store: Store

    def file(self, case: Case, papers: Iterable[Paper], by: Caller) -> list[Document]:
        """Files papers on a case, accepted."""
        return [self._filed(case, paper, by) for paper in papers]

    def _filed(self, case: Case, paper: Paper, by: Caller) -> Document:
        digest = hashlib.sha256(paper.content).hexdigest()
        document = Document(
            public_id=opaque_id(),
            organisation_id=case.organisation_id,
            case_id=case.id,
            kind=paper.kind,
            given_name=paper.name,
            state=ACCEPTED,
            key="",
            media_type=paper.media_type,
            pages=paper.pages,
            size=len(paper.content),
            sha256=digest,
            original_sha256=digest,
            uploaded_by_id=by.user_id,
            uploaded_by=by.name,
            uploaded_at=now(),
            inspected_at=now(),
        )
        document.key = key_of(case, document)
        self.store.put_stream(document.key, [paper.content])
        self.session.add(document)
        return document
