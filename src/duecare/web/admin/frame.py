"""The blueprint of the administration and the sections that lead through it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.access import Permission
from duecare.core.errors import Forbidden
from duecare.core.requests import signed_in
from duecare.core.texts import gettext as _

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class Section:
    """A part of the administration; its pages' endpoints begin with `prefix`."""

    label: Any
    endpoint: str
    permission: Permission

    @property
    def prefix(self) -> str:
        return f"admin.{self.endpoint}"


SECTIONS = (
    Section(_l("People"), "people", Permission.USERS_MANAGE),
    Section(_l("API tokens"), "tokens", Permission.TOKENS_MANAGE),
    Section(_l("Organisation"), "organisation", Permission.ORGANISATION_MANAGE),
    Section(_l("Calendar"), "calendar", Permission.ORGANISATION_MANAGE),
    Section(_l("Clock rules"), "rules", Permission.RULES_MANAGE),
    Section(_l("Extra fields"), "extra_fields", Permission.ORGANISATION_MANAGE),
    Section(_l("Notices"), "notices", Permission.ORGANISATION_MANAGE),
    Section(_l("Jobs"), "jobs", Permission.JOBS_MANAGE),
    Section(_l("Audit log"), "audit", Permission.AUDIT_READ),
)


@blueprint.get("/")
@signed_in
def index() -> Response:
    """The first section that the caller may open."""
    for section in SECTIONS:
        if requests.caller().may(section.permission):
            return redirect(url_for(section.prefix))
    raise Forbidden(_("Your role does not allow this. Ask an administrator if you need it."))


@blueprint.context_processor
def sections() -> dict[str, Any]:
    """The sections as tabs, on the administration's own pages."""
    mine = [section for section in SECTIONS if requests.caller().may(section.permission)]
    return {
        "sections": [
            {
                "label": section.label,
                "url": url_for(section.prefix),
                "active": _is_here(section),
            }
            for section in mine
        ],
    }


def _is_here(section: Section) -> bool:
    here = request.endpoint or ""
    return here == section.prefix or here.startswith(f"{section.prefix}_")
