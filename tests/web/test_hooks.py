"""A scheduler outside may run jobs with a signed call, and nobody without the key."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from duecare.core.jobs.models import Job
from duecare.core.time import now
from duecare.web.hooks import SIGNATURE, TIMESTAMP, signature


@pytest.fixture
def call(app, settings):
    """Calls a hook, signed with this installation's key unless told otherwise."""

    def called(path, *, key=settings.key, age=timedelta(0), signed_path=None):
        timestamp = str(int((now() - age).timestamp()))
        signed = signature(key, timestamp, signed_path or path)
        return app.test_client().post(path, headers={TIMESTAMP: timestamp, SIGNATURE: signed})

    return called


def jobs(installation, name):
    with installation.database.reading() as session:
        return session.scalars(select(Job).where(Job.name == name)).all()


def test_a_signed_call_runs_a_scheduled_job(call, installation):
    assert call("/hooks/jobs/core.verify").json == {"written": 1, "ran": 1}
    assert [job.state for job in jobs(installation, "core.verify")] == ["done"]


def test_the_same_call_again_runs_nothing_new(call):
    call("/hooks/jobs/core.verify")
    assert call("/hooks/jobs/core.verify").json == {"written": 0, "ran": 0}


def test_a_signed_call_runs_what_is_due(call, installation):
    assert call("/hooks/jobs/due").status_code == 200
    assert {job.state for job in jobs(installation, "core.verify")} == {"done"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "another key that is not this installation's"},
        {"age": timedelta(minutes=6)},
        {"age": timedelta(minutes=-6)},
        {"signed_path": "/hooks/jobs/due"},
    ],
)
def test_a_call_that_is_not_signed_right_is_refused(call, installation, wrong):
    assert call("/hooks/jobs/core.verify", **wrong).status_code == 403
    assert jobs(installation, "core.verify") == []


def test_a_call_without_signature_is_refused(app):
    assert app.test_client().post("/hooks/jobs/due").status_code == 403


@pytest.mark.parametrize("name", ["nonsense", "notices.send"])
def test_only_scheduled_jobs_have_a_hook(call, name):
    assert call(f"/hooks/jobs/{name}").status_code == 404
