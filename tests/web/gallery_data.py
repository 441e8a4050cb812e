"""Made-up people and work for the gallery, at one fixed moment."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

TEMPLATES = str(Path(__file__).parent / "gallery_templates")
NOW = datetime(2026, 11, 22, 15, 20, tzinfo=UTC)
ZONE = "America/Chicago"


def item(label: str, url: str, icon: str, count: int = 0, *, active: bool = False) -> dict[str, Any]:
    return {"label": label, "url": url, "icon": icon, "count": count, "active": active}


SHELL: dict[str, Any] = {
    "now": NOW,
    "zone": ZONE,
    "current_person": {
        "id": "p1",
        "name": "Dana Reyes",
        "initials": "DR",
        "roles": ["ROI specialist", "Reviewer"],
    },
    "organisation": {
        "name": "Riverside General",
        "zone": ZONE,
        "phone": "555 0100",
        "hours": "Monday to Friday, 8 to 5.",
    },
    "organisations": [
        {"id": "1", "name": "Riverside General", "active": True},
        {"id": "2", "name": "Lakeview Clinic", "active": False},
    ],
    "navigation": [
        {
            "label": "",
            "items": [
                item("Inbox", "/inbox", "inbox", 23, active=True),
                item("Dashboard", "/dashboard", "chart"),
                item("Reports", "/list", "document"),
            ],
        },
        {
            "label": "Work",
            "items": [item("Record requests", "/list", "list", 214), item("New request", "/intake", "plus")],
        },
        {
            "label": "Administration",
            "items": [item("People", "/people", "people"), item("Settings", "/empty", "gear")],
        },
    ],
    "find_url": "/list",
    "unread": 3,
    "links": {
        "home": "/inbox",
        "notices": "/empty",
        "profile": "/people",
        "security": "/people",
        "sign_out": "/sign-in",
        "switch_organisation": "/inbox",
    },
    "languages": [
        {"code": "en", "name": "English", "url": "/request", "active": True},
        {"code": "es", "name": "Español", "url": "/request?lang=es", "active": False},
    ],
    "public_links": [("How we protect your privacy", "/request"), ("Make a complaint", "/request")],
}


def case(
    number: str, person: str, what: str, action: str, due: timedelta | None, who: str | None
) -> dict[str, Any]:
    return {
        "number": number,
        "url": "/case",
        "person": person,
        "what": what,
        "next_action": action,
        "due_at": None if due is None else NOW + due,
        "who": who,
        "mine": who == "me",
        "assign_url": "/people",
    }


CASES = [
    case(
        "ROI-2026-000123", "Maria Lopez", "Records for attorney", "Correct package", timedelta(days=-2), "me"
    ),
    case(
        "ROI-2026-000131",
        "Samuel Okonkwo",
        "Own records, imaging",
        "Submit for review",
        timedelta(hours=-3),
        "me",
    ),
    case(
        "REF-2026-000871",
        "Omar Haddad",
        "Cardiology, urgent",
        "Call patient (2 of 3)",
        timedelta(hours=5),
        "me",
    ),
    case("MSO-2026-000044", "Ivy Chen", "Oncology second opinion", "Answer offer", timedelta(hours=22), "me"),
    case(
        "RX-2026-001532", "Daniel Okafor", "Statin and metformin", "Call: 5 gap days", timedelta(days=3), None
    ),
    case(
        "ROI-2026-000140",
        "Wilhelmina Featherstonehaugh-Montgomery",
        "Insurer, 2019 to 2024",
        "Assign",
        timedelta(days=9),
        None,
    ),
    case("ROI-2026-000098", "Grace Park", "Continuity of care", "Wait for identification", None, "J. Kim"),
]

HEADER = {
    "number": "ROI-2026-000123",
    "person": "Maria Lopez",
    "born": date(1971, 4, 3),
    "mrn": "448210",
    "status_label": "Correcting",
    "status_tone": "warn",
    "due_at": NOW - timedelta(days=2),
    "sentence": "QA asked for the 2024 imaging report. Waiting on you since Monday.",
    "why": [
        "Received Wed 21 Oct 2026, 09:12 by fax.",
        "Attorney with authorization: Riverside General's own target, 30 calendar days.",
        "Due Fri 20 Nov 2026, 23:59 in Chicago. Never paused.",
    ],
    "why_url": "/case",
}


def action(label: str, *, possible: bool = True, **more: Any) -> dict[str, Any]:
    return {"label": label, "url": "/case", "method": "get", "possible": possible} | more


ACTIONS = [
    action(
        "Submit for review",
        method="post",
        confirm={"title": "Submit for review?", "text": "A reviewer will be told.", "label": "Submit"},
    ),
    action("Hold", dialog="hold"),
    action("Assign to somebody else", key="a"),
    action("Extend once"),
    action("Cancel the request", danger=True),
    action(
        "Complete", possible=False, reason="Only a reviewer who did not prepare the package can complete it."
    ),
]


def document(name: str, kind: str, status: str, tone: str, pages: int | None, **more: Any) -> dict[str, Any]:
    identity = name.split(".", maxsplit=1)[0].lower().replace(" ", "-")
    return {
        "id": identity,
        "name": name,
        "kind": kind,
        "status_label": status,
        "tone": tone,
        "pages": pages,
        "size": 412_000,
        "added_at": NOW - timedelta(days=1, hours=2),
        "added_by": "Dana Reyes",
        "preview_url": f"/case?document={identity}",
        "download_url": "/page.svg",
    } | more


DOCUMENTS = [
    document("Authorization.pdf", "Authorization", "Accepted", "good", 2),
    document("Driving licence front.jpg", "Identification", "Accepted", "good", 1, image=True),
    document("Chart 2019-2024.pdf", "Record", "Checking", "active", 48),
    document(
        "Imaging.docx",
        "Record",
        "Refused",
        "bad",
        None,
        preview_url=None,
        reason="This is a Word file. Print it to PDF and add that.",
    ),
]
PAGE_IMAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 612 792">'
    '<rect width="612" height="792" fill="#fff"/>'
    '<g fill="#c9ccd1"><rect x="72" y="72" width="220" height="16"/>'
    + "".join(f'<rect x="72" y="{y}" width="{430 + (y * 7) % 38}" height="7"/>' for y in range(130, 700, 22))
    + "</g></svg>"
)


def preview_of(chosen: dict[str, Any]) -> dict[str, Any]:
    pages = [{"url": "/page.svg", "width": 612, "height": 792, "number": n} for n in (1, 2)]
    return {
        "id": chosen["id"],
        "name": chosen["name"],
        "pages": pages,
        "download_url": "/page.svg",
        "close_url": "/case",
    }


FACTS = [
    {"label": "Requester", "value": "Harper & Lowe LLP (attorney)"},
    {"label": "Contact", "value": "t.harper@example.com · 555 0142", "change_url": "/change-delivery"},
    {"label": "Records wanted", "value": "Visit notes, imaging, 2019 to 2024"},
    {"label": "Purpose", "value": "Legal"},
    {"label": "Delivery", "value": "Secure link", "change_url": "/change-delivery"},
    {"label": "Received", "value": "Wed 21 Oct 2026, 09:12 by fax"},
    {"label": "Assigned to", "value": "Dana Reyes"},
]
CHECKS = [
    {"label": "Description of the information", "state": "present", "note": "page 1"},
    {"label": "Expiry date or event", "state": "unsure", "note": "handwriting hard to read"},
    {"label": "Right to revoke", "state": "missing"},
]
EVENTS: list[dict[str, Any]] = [
    {
        "at": NOW - timedelta(hours=1),
        "who": "J. Kim",
        "what": "returned it for correction",
        "icon": "undo",
        "tone": "warn",
        "note": "The 2024 imaging report is missing from the package.",
    },
    {
        "at": NOW - timedelta(days=1),
        "who": "Dana Reyes",
        "what": "submitted the package for review",
        "icon": "send",
        "tone": "active",
    },
    {
        "at": NOW - timedelta(days=6),
        "who": "Dana Reyes",
        "what": "changed the request",
        "icon": "edit",
        "changes": [("Delivery", "Paper mail", "Secure link")],
    },
    {"at": NOW - timedelta(days=32), "who": "Riverside fax", "what": "received the request", "icon": "fax"},
]
BARS = [
    {"label": "0–7 days", "value": 81, "url": "/list"},
    {"label": "8–15 days", "value": 64, "url": "/list"},
    {"label": "16–30 days", "value": 52, "url": "/list", "tone": "warn"},
    {"label": "31+ days", "value": 17, "url": "/list", "tone": "bad"},
]
STATUSES = [
    {"label": "Received", "value": 31, "url": "/list"},
    {"label": "In progress", "value": 104, "url": "/list"},
    {"label": "On hold", "value": 22, "url": "/list"},
    {"label": "In review", "value": 40, "url": "/list"},
    {"label": "Correcting", "value": 17, "url": "/list"},
]
FIGURES = [
    {
        "label": "Overdue",
        "value": 4,
        "url": "/list",
        "note": "2 more than yesterday",
        "tone": "bad",
        "definition": "Open requests whose due time has passed, now.",
    },
    {"label": "Due today", "value": 7, "url": "/list"},
    {"label": "Unassigned", "value": 9, "url": "/list", "note": "oldest: 3 days"},
    {
        "label": "Median turnaround",
        "value": "11 days",
        "url": "/list",
        "note": "90th: 24 days",
        "definition": "Days from receipt to completion, for requests completed in the last 30 days.",
    },
]
CHART = Markup(
    '<svg viewBox="0 0 320 90" width="640" height="180" role="img" aria-label="Requests completed per week">'
    '<g fill="none" stroke="currentColor" stroke-width="1"><path d="M0 89.5h320"/></g>'
    '<path class="series-1" d="M4 70 L60 52 L116 58 L172 34 L228 40 L284 18 L316 24" fill="none"'
    ' stroke="currentColor" stroke-width="2.5"/></svg>'
)
PEOPLE = [
    {
        "id": 1,
        "name": "Dana Reyes",
        "url": "/people",
        "roles": "Specialist, Reviewer",
        "open": 14,
        "seen": "today 08:02",
    },
    {"id": 2, "name": "J. Kim", "url": "/people", "roles": "Reviewer", "open": 9, "seen": "yesterday 16:40"},
    {
        "id": 3,
        "name": "Priya Raman",
        "url": "/people",
        "roles": "Supervisor",
        "open": 0,
        "seen": "today 07:55",
    },
]
JOB = {
    "label": "Building the release package",
    "url": "/job.json",
    "state": "running",
    "value": 62,
    "message": "Page 31 of 50",
}
COUNTERS = [
    {"label": "Overdue", "value": 4, "url": "/inbox?due=overdue", "tone": "bad"},
    {"label": "Due today", "value": 7, "url": "/inbox?due=today", "tone": "warn"},
    {"label": "Waiting on others", "value": 12, "url": "/inbox?waiting=true"},
    {"label": "Unassigned", "value": 9, "url": "/inbox?assignee=none"},
]
VIEWS = [
    {"label": "All open", "url": "/list", "active": True},
    {"label": "Mine", "url": "/list?mine=true"},
    {"label": "Attorneys, overdue", "url": "/list?kind=attorney", "shared": True},
]
STEPS = [
    ("done", "We received your request", "Wed 21 Oct 2026"),
    ("done", "A specialist is working on it", "Thu 22 Oct 2026"),
    ("current", "We are checking the records", "Since Mon 16 Nov 2026"),
    ("", "Ready for you to pick up", "By Fri 20 Nov 2026"),
]


def filters(chosen: Any) -> list[dict[str, Any]]:
    return [
        {"name": "q", "label": "Number, person or requester", "type": "search", "value": chosen.get("q", "")},
        {
            "name": "status",
            "label": "Status",
            "type": "select",
            "value": chosen.get("status", ""),
            "options": [("", "All open"), ("received", "Received"), ("in_progress", "In progress")],
        },
        {
            "name": "assignee",
            "label": "Specialist",
            "type": "select",
            "value": "",
            "options": [("", "Anybody"), ("1", "Dana Reyes")],
        },
        {"name": "received_from", "label": "Received from", "type": "date", "value": ""},
        {"name": "overdue", "label": "Overdue only", "type": "checkbox", "value": chosen.get("overdue")},
    ]


PAGE_DATA: dict[str, dict[str, Any]] = {
    "inbox": {"cases": CASES, "counters_": COUNTERS},
    "list": {"views": VIEWS},
    "case": {
        "case": HEADER,
        "actions": ACTIONS,
        "documents": DOCUMENTS,
        "facts_": FACTS,
        "checks": CHECKS,
        "events": EVENTS,
        "job": JOB,
    },
    "dashboard": {"figures": FIGURES, "bars": BARS, "statuses": STATUSES, "chart": CHART, "cases": CASES[:3]},
    "people": {"people": PEOPLE},
    "track": {"steps": STEPS},
    "document": {"facts_": FACTS, "events": EVENTS, "printed_at": "Sun 22 Nov 2026, 09:20"},
}
