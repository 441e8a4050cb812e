"""The resource of a workflow's cases: list, get, create, act, events, documents and what people record.

All of it is made from what the workflow declares; a new workflow brings its schemas and nothing else.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.api import once, showing
from duecare.api.lists import CaseQuery, page_of
from duecare.api.operation import PREFIX, Answer, Call, Operation, Query
from duecare.core import paging, requests
from duecare.core.cases import Case, CaseEvent, by_number
from duecare.core.documents.operations import land
from duecare.core.errors import Missing
from duecare.core.lifecycle import Needs, Transition
from duecare.core.people.models import Organisation
from duecare.core.resources import Addition, CaseResource, DocumentView, EventView, Shown
from duecare.core.validation import OneOf
from duecare.core.workflow import Workflow

Run = Callable[[Call], Answer]
MOST = 100


class EventQuery(Query):
    """A page of events, oldest first."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST
    cursor: str | None = None


class EventPage(Shown):
    """Events of a case, oldest first."""

    items: list[EventView]
    next: str | None


class Version(BaseModel):
    """The version of a case that the caller saw."""

    model_config = ConfigDict(extra="ignore", strict=True)

    version: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        None, description="The version you saw: refused with 409 if the case changed since"
    )


def operations(workflow: Workflow) -> list[Operation]:
    """Everything the API offers for a workflow's cases."""
    resource = showing.resource_of(workflow)
    return [
        _list(workflow, resource),
        _create(workflow, resource),
        _get(workflow, resource),
        *(_action(workflow, resource, each) for each in workflow.lifecycle.transitions),
        _events(workflow, resource),
        _upload(workflow, resource),
        *(each for one in resource.additions for each in _addition(workflow, resource, one)),
    ]


def _list(workflow: Workflow, resource: CaseResource) -> Operation:
    def run(call: Call) -> Answer:
        cases, after = page_of(workflow, call.query())
        views = showing.case_views(requests.reading(), workflow, requests.caller(), cases)
        numbers = [case.number for case in cases]
        requests.note_read(f"{workflow.code}.listed", workflow.resource, {"numbers": numbers})
        return Answer(page.model_validate({"items": views, "next": after}))

    page = create_model(
        f"{resource.singular.title()}Page",
        __base__=Shown,
        __doc__="A page of a list; `next` is the cursor of the next page, null on the last.",
        items=(list[resource.view], ...),  # type: ignore[name-defined]
        next=(str | None, ...),
    )
    return Operation(
        f"list_{workflow.resource}",
        "GET",
        f"/{workflow.resource}",
        workflow.resource,
        f"List {workflow.resource}, newest receipt first",
        run,
        permission=workflow.read_permission,
        query=CaseQuery,
        answer=page,
    )


def _create(workflow: Workflow, resource: CaseResource) -> Operation:
    def run(call: Call) -> Answer:
        intake = call.body()
        with requests.transaction() as session:
            return once.answered(session, call, partial(created, session, intake))

    def created(session: Session, intake: Any) -> Answer:
        caller = requests.caller()
        organisation = session.get_one(Organisation, requests.organisation_id())
        new = resource.create(session, caller, organisation, intake)
        view = showing.case_view(session, workflow, caller, new.case)
        location = f"{PREFIX}/{workflow.resource}/{new.case.number}"
        shown = resource.created.model_validate({**view.model_dump(), **new.told_once})
        return Answer(shown, 201, {"Location": location})

    return Operation(
        f"create_{resource.singular}",
        "POST",
        f"/{workflow.resource}",
        workflow.resource,
        f"Log a {resource.singular}",
        run,
        permission=resource.create_permission,
        body=resource.intake,
        answer=resource.created,
        status=201,
        once=True,
        example=resource.examples.get("create"),
    )


def _get(workflow: Workflow, resource: CaseResource) -> Operation:
    def run(call: Call) -> Answer:
        session = requests.reading()
        case = _found(session, workflow, call)
        requests.note_read(f"{workflow.code}.viewed", case.number)
        return Answer(showing.case_view(session, workflow, requests.caller(), case))

    return Operation(
        f"get_{resource.singular}",
        "GET",
        f"/{workflow.resource}/{{number}}",
        workflow.resource,
        f"Get a {resource.singular}",
        run,
        permission=workflow.read_permission,
        answer=resource.view,
    )


def _action(workflow: Workflow, resource: CaseResource, transition: Transition) -> Operation:
    def run(call: Call) -> Answer:
        caller = requests.caller()
        data = call.json()
        with requests.transaction() as session:
            case = _found(session, workflow, call)
            version = _version(data)
            workflow.act(session, caller, case, transition.action, data, version)
            requests.note_read(f"{workflow.code}.viewed", case.number)
            return Answer(showing.case_view(session, workflow, caller, case))

    return Operation(
        f"{transition.action}_{resource.singular}",
        "POST",
        f"/{workflow.resource}/{{number}}/actions/{transition.action}",
        workflow.resource,
        f"{transition.label} a {resource.singular}",
        run,
        permission=workflow.read_permission,
        body=_action_body(transition),
        answer=resource.view,
        problems=(409,),
        description=_explained(transition),
        example=resource.examples.get(transition.action),
    )


def _events(workflow: Workflow, resource: CaseResource) -> Operation:
    def run(call: Call) -> Answer:
        session = requests.reading()
        case = _found(session, workflow, call)
        query = call.query()
        key, purpose = requests.installation().settings.key, f"events:{case.public_id}"
        first = paging.place_of(key, purpose, query.cursor)[0] if query.cursor else 0
        rows = session.scalars(
            select(CaseEvent)
            .where(CaseEvent.case_id == case.id, CaseEvent.id > first)
            .order_by(CaseEvent.id)
            .limit(query.limit + 1)
        ).all()
        shown = rows[: query.limit]
        more = paging.cursor(key, purpose, [shown[-1].id]) if len(rows) > query.limit else None
        requests.note_read(f"{workflow.code}.events_viewed", case.number)
        return Answer(EventPage(items=[showing.event_view(each) for each in shown], next=more))

    return Operation(
        f"list_{resource.singular}_events",
        "GET",
        f"/{workflow.resource}/{{number}}/events",
        workflow.resource,
        f"What happened to a {resource.singular}, oldest first",
        run,
        permission=workflow.read_permission,
        query=EventQuery,
        answer=EventPage,
    )


def _upload(workflow: Workflow, resource: CaseResource) -> Operation:
    def run(call: Call) -> Answer:
        _found(requests.reading(), workflow, call)
        form, upload = call.upload()
        installation = requests.installation()
        landed = land(
            installation.store, upload.stream, upload.filename or "", installation.settings.upload_max_bytes
        )
        with requests.transaction() as session:
            case = _found(session, workflow, call)
            document = resource.attach(session, requests.caller(), case, form.kind, landed)
            location = f"{PREFIX}/documents/{document.public_id}"
            view = showing.document_view(document, case.number)
            is_new = document.public_id == landed.public_id
        if not is_new:
            installation.store.delete(landed.key)
        return Answer(view, 201, {"Location": location})

    form = create_model(
        f"{resource.singular.title()}Upload",
        __doc__="A file and what kind of document it is.",
        __config__=ConfigDict(extra="forbid", str_strip_whitespace=True),
        kind=(Annotated[str, OneOf(workflow.document_kinds)], ...),
    )
    return Operation(
        f"upload_{resource.singular}_document",
        "POST",
        f"/{workflow.resource}/{{number}}/documents",
        workflow.resource,
        f"Add a document to a {resource.singular}",
        run,
        permission=resource.upload_permission,
        form=form,
        answer=DocumentView,
        status=201,
        problems=(409,),
        description="The document is quarantined until its inspection ends: ask for it until it is accepted "
        "or refused. The same file of the same kind twice gives the first document again.",
    )


def _addition(workflow: Workflow, resource: CaseResource, addition: Addition) -> tuple[Operation, Operation]:
    def record(call: Call) -> Answer:
        with requests.transaction() as session:
            case = _found(session, workflow, call)
            return Answer(addition.record(session, requests.caller(), case, call.body()), 201)

    def listed(call: Call) -> Answer:
        session = requests.reading()
        case = _found(session, workflow, call)
        requests.note_read(f"{workflow.code}.viewed", case.number)
        return Answer(listing.model_validate({"items": addition.listed(session, case)}))

    listing = create_model(
        f"{addition.shown.__name__}List",
        __base__=Shown,
        __doc__=f"{addition.listing}, oldest first.",
        items=(list[addition.shown], ...),  # type: ignore[name-defined]
    )
    name = addition.path.replace("-", "_")
    path = f"/{workflow.resource}/{{number}}/{addition.path}"
    return (
        Operation(
            f"create_{resource.singular}_{name}",
            "POST",
            path,
            workflow.resource,
            addition.summary,
            record,
            permission=addition.permission,
            body=addition.body,
            answer=addition.shown,
            status=201,
            problems=(409,),
            example=resource.examples.get(addition.path),
        ),
        Operation(
            f"list_{resource.singular}_{name}",
            "GET",
            path,
            workflow.resource,
            addition.listing,
            listed,
            permission=workflow.read_permission,
            answer=listing,
        ),
    )


def _found(session: Session, workflow: Workflow, call: Call) -> Case:
    return by_number(session, workflow.model, requests.organisation_id(), call.path["number"])


def _version(data: dict[str, Any]) -> int | None:
    """Takes the version out of an action's body. Raises `Missing` for one that is no version."""
    try:
        return Version.model_validate({"version": data.pop("version", None)}).version
    except ValueError:
        message = "is the whole number that the case carries"
        raise Missing("The version cannot be used.", {"version": message}) from None


def _action_body(transition: Transition) -> type[BaseModel]:
    """The needs of an action and the version, as one schema: what a caller sends."""
    name = "".join(part.title() for part in transition.action.split("_"))
    version = Version.model_fields["version"]
    fields: dict[str, Any] = {"version": (version.annotation, version)}
    base: type[Needs] = transition.needs
    return create_model(f"{name}Action", __base__=base, __doc__=base.__doc__, **fields)


def _explained(transition: Transition) -> str:
    sources = ", ".join(transition.sources)
    roles = ", ".join(sorted(transition.who))
    return f"{transition.consequence} From: {sources}. By: {roles}.".strip()
