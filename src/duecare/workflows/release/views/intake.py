"""Logging a request at the desk: phone, fax, e-mail, mail, walk-in."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask import session as cookie
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import Form

from duecare.core import desk_forms, extra_fields, requests
from duecare.core.db import opaque_id
from duecare.core.documents import arriving
from duecare.core.documents.names import safe_name
from duecare.core.errors import Missing
from duecare.core.patients import queries as patients
from duecare.core.people.models import Organisation
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.workflows.release import codes, duplicates, intake, operations, queries, terms, uploads
from duecare.workflows.release.duplicates import Asked
from duecare.workflows.release.forms import IntakeForm, extra_form
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.uploads import Rejected, Uploaded
from duecare.workflows.release.views.shared import clock_face, load, show

pages = Blueprint("release_intake", __name__, url_prefix="/releases/new", template_folder="../templates")
receipts = Blueprint("release_receipts", __name__, url_prefix="/releases", template_folder="../templates")
RECEIPTS = "receipts"
RECEIPTS_KEPT = 5
DESK_KINDS = ("authorization", "identification", "correspondence", "record")
EXTRA = "extra-"


@dataclass
class Desk:
    """A form being filled: its fields, the extra ones, and the files that came with it."""

    form: IntakeForm
    schema: dict[str, Any]
    extra: Form
    uploaded: list[Uploaded]
    rejected: list[Rejected]


@pages.url_value_preprocessor
def _prepare(endpoint: str | None, _values: object) -> None:
    if endpoint in {"release_intake.create", "release_intake.add_file"}:
        arriving.allow_many()


@pages.get("")
@requires(Permission.RELEASES_CREATE)
def form() -> str:
    """The empty form, or one that knows the patient already."""
    before = desk_forms.typed_before()
    is_known = request.args and before is None
    typed = IntakeForm(request.args, meta={"csrf": False}) if is_known else IntakeForm()
    typed.form_key.data = typed.form_key.data or opaque_id()
    return _page(_desk(typed, _kept_files(before) if before else [], [], before))


@pages.post("")
@requires(Permission.RELEASES_CREATE)
def create() -> str | Response | tuple[str, int]:
    """Logs the request; files land first, so that nothing is lost when a field is wrong."""
    installation, caller = requests.installation(), requests.caller()
    kept = _kept_files(request.form)
    files = [(kind, file) for kind in DESK_KINDS for file in request.files.getlist(f"file-{kind}")]
    landed, rejected = uploads.land_all(installation, caller, files)
    desk = _desk(IntakeForm(), _each_once([*kept, *landed]), rejected)
    if "update" in request.form:
        return _page(desk)
    typed = _checked(desk)
    if typed is None or rejected:
        return _page(desk), 422
    if found := _unseen_duplicates(desk):
        return _page(desk, found), 409
    return _logged(desk, typed)


@pages.post("/files")
@requires(Permission.RELEASES_CREATE)
def add_file() -> tuple[Response, int]:
    """Lands one file while the form is still being filled: 201 with the token that the form then carries."""
    kind, file = request.form.get("kind", ""), request.files.get("file")
    try:
        if kind not in DESK_KINDS or file is None or not file.filename:
            raise Missing(_("Choose a file, and what kind of document it is."))
        landed = uploads.land_one(requests.installation(), requests.caller(), kind, file)
    except Missing as error:
        return jsonify(title=str(error.title), detail=error.detail), error.status
    return jsonify(message=_("arrived"), token=uploads.token_of(requests.installation(), landed)), 201


@pages.get("/patients")
@requires(Permission.RELEASES_CREATE)
def find_patients() -> Response:
    """Patients that fit what was typed so far, as JSON."""
    found = patients.find(requests.reading(), requests.organisation_id(), request.args.get("q", "")[:200])
    for patient in found:
        requests.note_read("patient.found", patient.public_id)
    return jsonify(
        patients=[
            {
                "first_name": patient.first_name,
                "last_name": patient.last_name,
                "date_of_birth": patient.date_of_birth.isoformat(),
                "mrn": patient.mrn or "",
            }
            for patient in found
        ]
    )


@pages.get("/duplicates")
@requires(Permission.RELEASES_CREATE)
def find_duplicates() -> Response:
    """Requests that are probably the same as the form so far, as JSON."""
    typed = IntakeForm(request.args, meta={"csrf": False})
    found = duplicates.likely(requests.reading(), requests.organisation_id(), _asked(typed))
    for case in found:
        show(case, "release.found")
    html = render_template("release/_duplicates.html", duplicates=found, **clock_face())
    return jsonify(numbers=[case.number for case in found], html=html)


def _kept_files(typed: MultiDict[str, str]) -> list[Uploaded]:
    return uploads.from_tokens(requests.installation(), requests.caller(), typed.getlist("landed"))


def _each_once(uploaded: list[Uploaded]) -> list[Uploaded]:
    """The uploads without those that came twice, which is said and not stored."""
    first, again = uploads.once(uploaded)
    for each in again:
        requests.installation().store.delete(each.key)
        flash(_("%(name)s was here already. It is kept once.", name=safe_name(each.name)))
    return first


def _desk(
    form: IntakeForm,
    uploaded: list[Uploaded],
    rejected: list[Rejected],
    typed: MultiDict[str, str] | None = None,
) -> Desk:
    schema: dict[str, Any] = {}
    if form.request_type.data in terms.REQUEST_TYPES:
        session, organisation = requests.reading(), requests.organisation_id()
        schema = extra_fields.in_force(session, organisation, WORKFLOW, form.request_type.data)
    extra = extra_form(extra_fields.fields(schema))(request.form if typed is None else typed, prefix=EXTRA)
    return Desk(form, schema, extra, uploaded, rejected)


def _checked(desk: Desk) -> intake.ReleaseIntake | None:
    """The checked request; None when errors now stand beside the fields."""
    form = desk.form
    sound = form.validate_on_submit()
    values = extra_fields.read(desk.schema, {field.short_name: str(field.data or "") for field in desk.extra})
    try:
        extra_fields.check(desk.schema, values)
    except Missing as error:
        sound = False
        _show_extra_errors(desk, error)
    try:
        typed = intake.parse(form.payload(requests.caller().zone) | {"extra": values})
    except Missing as error:
        form.add_errors(error.errors)
        return None
    return typed if sound else None


def _show_extra_errors(desk: Desk, error: Missing) -> None:
    for path, text in error.errors.items():
        field = desk.extra[path.removeprefix(extra_fields.PREFIX)]
        field.errors = [text]
        desk.form.form_errors.append(f"{field.label.text}: {text}")


def _logged(desk: Desk, typed: intake.ReleaseIntake) -> Response:
    """Writes the request with its files, once: the same form sent again shows the same request."""
    form_key = desk.form.form_key.data or opaque_id()
    try:
        with requests.transaction() as session:
            case = queries.by_form_key(session, requests.organisation_id(), form_key)
            if case is None:
                case = _written(session, desk, typed, form_key)
    except IntegrityError:
        case = queries.by_form_key(requests.reading(), requests.organisation_id(), form_key)
        if case is None:
            raise
    return redirect(url_for("release_receipts.receipt", number=case.number))


def _written(session: Session, desk: Desk, typed: intake.ReleaseIntake, form_key: str) -> ReleaseRequest:
    caller = requests.caller()
    organisation = session.get_one(Organisation, caller.organisation_id)
    created = operations.create(session, caller, organisation, typed, _new_code(), form_key)
    for uploaded in desk.uploaded:
        operations.attach_document(session, caller, created.case, uploaded.kind, uploaded.landed())
    remember_code(created.case.number, created.tracking_code)
    return created.case


@receipts.get("/<number>/receipt")
@requires(Permission.RELEASES_CREATE)
def receipt(number: str) -> str:
    """The receipt of a request, on screen and on paper, with its tracking code if it was made here."""
    session = requests.reading()
    case = load(session, number)
    show(case, "release.receipt")
    return render_template(
        "release/receipt.html",
        case=case,
        code=cookie.get(RECEIPTS, {}).get(case.number),
        documents=queries.documents(session, case),
        organisation=case.organisation,
        terms=terms,
        **clock_face(),
    )


@receipts.post("/<number>/receipt")
@requires(Permission.RELEASES_CREATE)
def renew(number: str) -> Response:
    """Gives the requester a new tracking code."""
    with requests.transaction() as session:
        case, code = load(session, number), _new_code()
        operations.renew_tracking_code(session, requests.caller(), case, code)
    remember_code(case.number, code.text)
    flash(_("There is a new tracking code; the old one no longer works."), "success")
    return redirect(url_for("release_receipts.receipt", number=case.number))


def _new_code() -> codes.Code:
    return codes.made(requests.installation().settings.key, codes.TRACKING)


def remember_code(number: str, code: str) -> None:
    """Keeps a code for the receipts of this browser's last requests; the database has its digest only."""
    receipts = {**cookie.get(RECEIPTS, {}), number: code}
    cookie[RECEIPTS] = dict(list(receipts.items())[-RECEIPTS_KEPT:])


def _unseen_duplicates(desk: Desk) -> list[ReleaseRequest]:
    """Likely duplicates, unless the person has seen every one of them."""
    found = duplicates.likely(requests.reading(), requests.organisation_id(), _asked(desk.form))
    seen = set((desk.form.seen_duplicates.data or "").split(","))
    if queries.by_form_key(requests.reading(), requests.organisation_id(), desk.form.form_key.data or ""):
        return []
    return [] if {case.number for case in found} <= seen else found


def _asked(form: IntakeForm) -> Asked:
    return Asked(
        form.first_name.data or "",
        form.last_name.data or "",
        form.date_of_birth.data,
        form.mrn.data or None,
        form.record_types.data or (),
        form.range_from.data,
        form.range_to.data,
    )


def _page(desk: Desk, found: list[ReleaseRequest] | None = None) -> str:
    for case in found or ():
        show(case, "release.found")
    desk.form.seen_duplicates.data = ",".join(case.number for case in found or ())
    settings = requests.installation().settings
    return render_template(
        "release/intake.html",
        form=desk.form,
        extra=desk.extra,
        asks=terms.asks(desk.form.request_type.data),
        uploads=[(each, uploads.token_of(requests.installation(), each)) for each in desk.uploaded],
        rejected=desk.rejected,
        duplicates=found or [],
        kinds=[(kind, terms.DOCUMENT_KINDS[kind]) for kind in DESK_KINDS],
        max_megabytes=settings.upload_max_megabytes,
        max_bytes=settings.upload_max_bytes,
        **clock_face(),
    )
