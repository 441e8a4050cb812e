"""Quality check before release: the package beside a checklist, then complete or send back with notes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from duecare.core import desk_forms, requests
from duecare.core.errors import Forbidden, Missing, NotPossible, Stale
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.workflows.release import guards, operations, queries
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.review import POINTS
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views import presenting
from duecare.workflows.release.views.documents import preview_of
from duecare.workflows.release.views.shared import as_number, clock_face, load, show

pages = Blueprint("release_reviews", __name__, url_prefix="/releases", template_folder="../templates")
Answer = str | Response | tuple[str, int]
IN_REVIEW = "in_review"


@pages.get("/<number>/review")
@requires(Permission.RELEASES_REVIEW)
def review(number: str) -> str:
    """The package, what must be confirmed, and what stands in the way."""
    session = requests.reading()
    typed = desk_forms.typed_before()
    again = {"confirmed": typed.getlist("confirmed"), "notes": typed.get("notes", "")} if typed else {}
    return _page(session, load(session, number), again)


@pages.post("/<number>/review")
@requires(Permission.RELEASES_REVIEW)
def decide(number: str) -> Answer:
    """Completes the request or sends it back; what was ticked and typed stays when it cannot be done."""
    version = as_number(request.form.get("version"))
    confirmed = [code for code in request.form.getlist("confirmed") if code in POINTS]
    notes = request.form.get("notes", "")
    try:
        with requests.transaction() as session:
            case, caller = load(session, number), requests.caller()
            if request.form.get("decision") == "complete":
                operations.complete_review(session, caller, case, confirmed, version)
            else:
                data = {"notes": notes}
                operations.act(session, caller, case, "return_for_correction", data, version)
    except (Missing, NotPossible, Stale, Forbidden) as error:
        session = requests.reading()
        typed = {"confirmed": confirmed, "notes": notes, "error": error}
        return _page(session, load(session, number), typed), error.status
    flash(_("Done. The people concerned are told."), "success")
    return redirect(url_for("release_cases.case", number=number))


def _page(session: Session, case: ReleaseRequest, typed: dict[str, Any]) -> str:
    show(case, "release.reviewed")
    package = guards.package_of(session, case)
    documents = queries.documents(session, case)
    chosen = request.args.get("document") or (package.public_id if package else None)
    preparer = guards.is_not_preparer(session, case, requests.caller())
    return render_template(
        "release/review.html",
        case=case,
        header=presenting.header_of(session, case),
        facts=presenting.facts_of(case, requests.caller()),
        authorization=presenting.authorization_of(session, case),
        authorization_obstacle=guards.authorization_holds_now(session, case, requests.caller()),
        package=package,
        preview=preview_of(case, documents, chosen),
        points=POINTS,
        in_review=case.status == IN_REVIEW,
        obstacle=preparer,
        typed=typed,
        **clock_face(),
    )
