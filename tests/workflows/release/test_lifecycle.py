"""The whole table of the release lifecycle: every status, every action, every role."""

import pytest

from duecare.core.installation import Installation
from duecare.workflows.release.lifecycle import LIFECYCLE, STATUSES
from tests.support import world as worlds
from tests.support.world import World


@pytest.mark.parametrize("status", [status.code for status in STATUSES])
def test_a_case_can_be_brought_to_every_status(world: World, installation: Installation, status: str) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), status)
        assert case.status == status
        assert case.is_open == LIFECYCLE.status(status).is_open
