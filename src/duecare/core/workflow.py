"""What the shell needs to know of a workflow: its name, its table of transitions, its pages and its API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duecare.core.access import PRIVACY_OFFICER, Caller, Role, grant, register_roles
from duecare.core.cases import Case
from duecare.core.lifecycle import Lifecycle
from duecare.core.resources import CaseResource

if TYPE_CHECKING:
    from flask import Blueprint


@dataclass(frozen=True)
class MenuItem:
    """An entry of the navigation, shown to those who may; `icon` is one of the design's drawings."""

    label: str
    endpoint: str
    permission: str = ""
    icon: str = "circle"


@dataclass(frozen=True)
class Workflow:
    """A workflow as the shell, the API and the documents see it.

    `resource` names it in URLs (`releases`); `act` takes an action the way `operations.act` does;
    `assignable` are the roles whose holders a case can be assigned to.
    """

    code: str
    label: str
    resource: str
    model: type[Case]
    lifecycle: Lifecycle
    roles: tuple[Role, ...]
    read_permission: str
    act: Callable[..., Case]
    assignable: frozenset[str] = frozenset()
    menu: tuple[MenuItem, ...] = ()
    pages: "tuple[Blueprint, ...]" = ()
    api: CaseResource | None = None
    document_kinds: dict[str, Any] = field(default_factory=dict)
    request_types: dict[str, Any] = field(default_factory=dict)

    def path_of(self, number: str) -> str:
        """The path of a case's page."""
        return f"/{self.resource}/{number}"


_registered: dict[str, Workflow] = {}


def register(workflow: Workflow) -> Workflow:
    """Makes a workflow known to the shell; registering it again changes nothing.

    Whoever reads every case may read the new workflow's too.
    """
    if workflow.code not in _registered:
        register_roles(workflow.roles)
        grant(PRIVACY_OFFICER.code, workflow.read_permission)
        _registered[workflow.code] = workflow
    return _registered[workflow.code]


def registered() -> tuple[Workflow, ...]:
    """Every workflow, in the order of registration."""
    return tuple(_registered.values())


def readable(caller: Caller) -> tuple[Workflow, ...]:
    """The workflows whose cases a caller may read."""
    return tuple(each for each in registered() if caller.may(each.read_permission))


def named(code: str) -> Workflow:
    """The workflow of a code."""
    return _registered[code]


def of(case: Case) -> Workflow:
    """The workflow of a case."""
    return _registered[case.workflow]
