"""What every signed-in page shows around its content: who is here, where they may go, what is new for them.

Entries of a workflow come from its menu, entries of the core from `SECTIONS`; an entry is shown to those who
may open it. Nothing here asks anything of the database.
"""

from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l

from duecare.core import access, requests
from duecare.core import workflow as workflows
from duecare.core.access import Caller, Permission
from duecare.core.time import now
from duecare.core.workflow import MenuItem

INBOX = MenuItem(_l("Inbox"), "inbox.show", icon="inbox")
REPORTS = MenuItem(_l("Reports"), "reports.index", Permission.REPORTS_READ, "document")
SECTIONS: tuple[tuple[Any, tuple[MenuItem, ...]], ...] = (
    (
        _l("Administration"),
        (
            MenuItem(_l("People"), "admin.people", Permission.USERS_MANAGE, "people"),
            MenuItem(_l("Audit log"), "admin.audit", Permission.AUDIT_READ, "shield"),
            MenuItem(_l("Settings"), "admin.organisation", Permission.ORGANISATION_MANAGE, "gear"),
        ),
    ),
)
LINKS = {
    "home": "inbox.show",
    "notices": "notices.index",
    "profile": "account.show",
    "security": "account.show",
    "sign_out": "security.logout",
    "switch_organisation": "account.switch_organisation",
}
THEMES = ("light", "dark")


def init_app(app: Flask) -> None:
    """Gives every template the frame of its page."""
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """What the layouts need; little for a visitor without an account."""
    caller = requests.caller()
    shared = {"now": now(), "zone": caller.zone, "theme": _theme(), "links": _links()}
    if caller.user_id is None:
        return {**shared, "current_person": None}
    return {
        **shared,
        "current_person": _person(caller),
        "organisation": {"name": caller.organisation_name, "zone": caller.zone},
        "organisations": _organisations(caller),
        "navigation": navigation(caller),
        "find_url": url_for("find.show") if workflows.readable(caller) else None,
        "find_options_url": url_for("find.suggestions"),
        "find_text": request.args.get("q", "") if request.endpoint == "find.show" else "",
        "unread": g.get("unread", 0),
    }


def navigation(caller: Caller) -> list[dict[str, Any]]:
    """The sections of the navigation that hold something for the caller."""
    sections = [
        ("", (INBOX, REPORTS)),
        *((workflow.label, workflow.menu) for workflow in workflows.registered()),
        *SECTIONS,
    ]
    found = [(label, [_entry(item) for item in items if _is_for(caller, item)]) for label, items in sections]
    return [{"label": label, "items": items} for label, items in found if items]


def initials(name: str) -> str:
    """The letters that stand for a person: of the first and the last word of their name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _is_for(caller: Caller, item: MenuItem) -> bool:
    is_served = item.endpoint in current_app.view_functions
    return is_served and (not item.permission or caller.may(item.permission))


def _entry(item: MenuItem) -> dict[str, Any]:
    is_here = request.endpoint == item.endpoint
    return {"label": item.label, "url": url_for(item.endpoint), "icon": item.icon, "active": is_here}


def _links() -> dict[str, str]:
    served = current_app.view_functions
    return {name: url_for(endpoint) for name, endpoint in LINKS.items() if endpoint in served}


def _person(caller: Caller) -> dict[str, Any]:
    labels = [role.label for role in access.all_roles() if role.code in caller.roles]
    return {"id": caller.user_id, "name": caller.name, "initials": initials(caller.name), "roles": labels}


def _organisations(caller: Caller) -> list[dict[str, Any]]:
    here = caller.organisation_public_id
    return [{"id": id_, "name": name, "active": id_ == here} for id_, name in caller.organisations]


def _theme() -> str:
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else "auto"
