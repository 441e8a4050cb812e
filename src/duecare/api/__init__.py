"""The JSON API, its tokens and its description."""

from flask import Flask
from flask_wtf import CSRFProtect

from duecare.core.workflow import Workflow


def init_app(app: Flask, workflows: tuple[Workflow, ...], csrf: CSRFProtect) -> None:
    """Adds the API's resources; bearer tokens take the place of CSRF tokens there."""
    for workflow in workflows:
        for resources in workflow.api:
            app.register_blueprint(resources)
            csrf.exempt(resources)
