"""What an orchestrator is told: that the process lives, and which part of the service is away."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from duecare.core import requests
from duecare.core.documents.store import StoreUnavailable
from duecare.core.jobs.models import JobRunner
from duecare.core.time import now


def ask(app, path):
    return app.test_client().get(path)


def beat(installation, age):
    with installation.database.transaction() as session:
        session.add(JobRunner(name="here", seen_at=now() - age))


def test_a_process_that_answers_lives(app):
    assert ask(app, "/healthz").json == {"status": "ok"}


def test_a_service_with_every_part_is_ready(app, installation):
    beat(installation, timedelta(seconds=5))
    assert ask(app, "/readyz").json == {"status": "ok", "database": "ok", "store": "ok", "jobs": "ok"}


def test_late_jobs_are_told_but_pages_stay_up(app, installation):
    beat(installation, timedelta(minutes=5))
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.json["jobs"]) == (200, "late")


def test_without_its_store_the_service_is_not_ready(app, tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be")
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.json["store"]) == (503, "away")


@pytest.mark.parametrize(
    "error",
    [
        StoreUnavailable("the disk of /srv/duecare is full"),
        OperationalError("SELECT secret", {}, Exception("no connection to db.internal")),
        ConnectionRefusedError("db.internal"),
    ],
)
def test_an_outage_is_told_as_one_and_names_nothing_inside(app, error):
    @requests.public("a page of this test")
    def failing():
        raise error

    app.add_url_rule("/failing", "failing", failing)
    answer = ask(app, "/failing")
    assert answer.status_code == 503
    assert "Try again in a minute" in answer.text
    assert "internal" not in answer.text
    assert "/srv" not in answer.text
