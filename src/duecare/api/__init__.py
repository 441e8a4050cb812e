"""The JSON API, its tokens and its description."""

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from duecare.api import authentication, cases, description, documents, jobs, me, patients, reports
from duecare.api.operation import Operation
from duecare.api.routes import blueprint, unrouted
from duecare.core.workflow import Workflow

ROOT = "/api"

__all__ = ["identify", "init_app", "operations", "owns"]


def init_app(app: Flask, workflows: tuple[Workflow, ...], csrf: CSRFProtect) -> None:
    """Adds the API's routes; bearer tokens take the place of CSRF tokens there."""
    pages = blueprint(operations(workflows))
    app.register_blueprint(pages)
    csrf.exempt(pages)


def operations(workflows: tuple[Workflow, ...]) -> tuple[Operation, ...]:
    """Everything the API offers, in the order of its description."""
    own = [each for workflow in workflows if workflow.api for each in cases.operations(workflow)]
    shared = (documents, patients, jobs, reports, me)
    return description.operations((*own, *(each for module in shared for each in module.OPERATIONS)))


def owns(path: str) -> bool:
    """True for an address inside the API, whether there is something or not."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def identify() -> Response | None:
    """Finds the caller by their token; gives the problem of an address that the API does not have."""
    if not owns(request.path):
        return None
    authentication.identify()
    return unrouted()
