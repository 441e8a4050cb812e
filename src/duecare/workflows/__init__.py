"""The workflows: one folder each, registered in one line."""

from duecare.core import handlers
from duecare.core.workflow import Workflow, register


def load() -> tuple[Workflow, ...]:
    """Registers every workflow and gives them in the order of the navigation."""
    from duecare.workflows.release.workflow import RELEASE

    handlers.load()
    return tuple(register(workflow) for workflow in (RELEASE,))
