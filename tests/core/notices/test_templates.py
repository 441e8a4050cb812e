"""An organisation's own wording: what it may fill in, and that it is used and taken back."""

import pytest
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.errors import Forbidden, Missing, NotFound
from duecare.core.notices import templates
from duecare.core.notices.models import Notice
from duecare.core.notices.templates import Wording
from tests.support.world import assign, create

CODE = "release.assigned"
OURS = Wording("Yours now: %(number)s", "%(organisation)s gave you %(number)s. 100%% yours.")


def save(world, wording=OURS, *, by="adam", code=CODE, locale="en"):
    with world.installation.database.transaction() as session:
        caller = world.caller(by)
        templates.save(session, caller, caller.organisation_id, code, locale, wording)


def own(world):
    with world.installation.database.reading() as session:
        return templates.own(session, world.riverside.id, CODE, "en")


def subjects(world, by="sofia", who="alice"):
    with world.installation.database.transaction() as session:
        assign(world, session, create(world, session, who), who, by)
    with world.installation.database.reading() as session:
        return {notice.subject.split(":")[0] for notice in session.scalars(select(Notice)) if notice.user_id}


def test_notices_are_sent_in_the_organisations_wording(world):
    save(world)
    assert subjects(world) == {"Yours now"}


def test_another_organisation_keeps_the_built_in_wording(world):
    save(world)
    assert "Yours now" not in subjects(world, "sven", "charlie")


def test_back_to_the_built_in_wording(world):
    save(world)
    with world.installation.database.transaction() as session:
        templates.back_to_builtin(session, world.caller("adam"), world.riverside.id, CODE, "en")
    assert own(world) is None
    assert "Yours now" not in subjects(world)


def test_a_wording_that_was_read_before_is_not_used_once_it_was_changed(world):
    newest = (Wording("Second: %(number)s", "Body."), Wording("Third: %(number)s", "Body."))
    save(world)
    subjects(world)
    save(world, newest[0])
    subjects(world)
    save(world, newest[1])
    assert subjects(world) == {"Yours now", "Second", "Third"}


def test_a_wording_that_was_not_kept_is_not_used(world):
    with world.installation.database.trial() as session:
        caller = world.caller("adam")
        templates.save(session, caller, caller.organisation_id, CODE, "en", OURS)
        assign(world, session, create(world, session, "alice"), "alice", "sofia")
        session.flush()
        ours = session.scalars(select(Notice.subject).where(Notice.template == CODE)).all()
        assert [subject.split(":")[0] for subject in ours] == ["Yours now"] * len(ours) != []
    assert "Yours now" not in subjects(world)


def test_a_wording_taken_back_can_be_given_again(world):
    save(world)
    with world.installation.database.transaction() as session:
        templates.back_to_builtin(session, world.caller("adam"), world.riverside.id, CODE, "en")
    save(world)
    assert own(world) == OURS


@pytest.mark.parametrize(
    "wording",
    [
        Wording("For %(patient)s", "Text"),
        Wording("Hello", "Born %(date_of_birth)s"),
        Wording("Hello", "%(number)d"),
        Wording("Hello", "100% yours"),
        Wording("Hello", "%s"),
        Wording("Hello", "%(number"),
        Wording("", "Text"),
        Wording("Hello", " "),
        Wording("Two\nlines", "Text"),
        Wording("x" * 201, "Text"),
    ],
)
def test_a_wording_that_cannot_be_filled_in_is_refused(world, wording):
    with pytest.raises(Missing):
        save(world, wording)


def test_a_preview_fills_in_made_up_values(world):
    shown = templates.preview(templates.template_of(CODE), OURS, "Riverside General")
    assert shown.body == "Riverside General gave you ROI-2026-000123. 100% yours."


def test_every_built_in_wording_could_be_saved_as_it_is(world):
    for template in templates.templates().values():
        for locale in ("en", "es"):
            save(world, templates.builtin(template, locale), code=template.code, locale=locale)


def test_a_wording_is_audited_with_before_and_after(world):
    save(world)
    save(world, Wording("Other", "Text"))
    with world.installation.database.reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "notice.reworded").order_by(AuditEntry.id.desc())
        ).first()
    assert (entry.details["before"]["subject"], entry.details["after"]["subject"]) == (OURS.subject, "Other")


def test_only_an_administrator_words_notices(world):
    with pytest.raises(Forbidden):
        save(world, by="priya")


def test_an_unknown_notice_does_not_exist(world):
    with pytest.raises(NotFound):
        save(world, code="release.nothing")
