"""Every page of the administration opens for the administrator and for nobody who may not."""

import pytest

PAGES = {
    "/admin/people": "People",
    "/admin/people/invite": "Invite somebody",
    "/admin/tokens": "API tokens",
    "/admin/tokens/issue": "New token",
    "/admin/organisation": "Organisation",
    "/admin/calendar": "Calendar",
    "/admin/calendar?year=2027": "Calendar 2027",
    "/admin/rules": "Clock rules",
    "/admin/rules/release/add": "Add a rule",
    "/admin/extra-fields": "Extra fields",
    "/admin/extra-fields/release/third_party": "Third party with authorization",
    "/admin/notices": "Notices",
    "/admin/notices/release.assigned/en": "A request was assigned to you",
    "/admin/jobs": "Jobs",
    "/admin/audit": "Audit log",
}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_a_page_opens_for_the_administrator(adam, path, title):
    answer = adam.get(path)
    assert answer.status_code == 200
    assert f"<h1>{title}" in answer.text


@pytest.mark.parametrize("name", ["alice", "sofia", "quentin"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_refused_to_whoever_may_not_manage(visit, name, path):
    assert visit(name).get(path).status_code == 403


def test_the_privacy_officer_may_read_the_audit_log_and_nothing_else_here(visit):
    priya = visit("priya")
    assert [path for path in PAGES if priya.get(path).status_code == 200] == ["/admin/audit"]


def test_the_front_door_leads_to_the_first_section_one_may_open(adam, visit):
    assert adam.get("/admin/").location == "/admin/people"
    assert visit("priya").get("/admin/").location == "/admin/audit"
    assert visit("alice").get("/admin/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/admin/calendar?year=1066",
        "/admin/rules/opera/add",
        "/admin/extra-fields/release/x-rays",
        "/admin/notices/release.assigned/xx",
        "/admin/notices/release.nothing/en",
        "/admin/people/" + "0" * 32,
        "/admin/jobs/" + "0" * 32,
        "/admin/jobs/not-an-id",
    ],
)
def test_what_does_not_exist_is_not_found(adam, path):
    assert adam.get(path).status_code == 404
