"""Every page of the product: the route, an address of it with real data, and who opens it.

In an address, `{status}` is the number of a request of that status; the other names are in `Hospital.values`.
"""

from typing import NamedTuple

from tests.system.hospital import AFTERWARDS, IN_BETWEEN


class Spot(NamedTuple):
    """A page: its status code, and the menus and dialogs (named by what opens them) to look at too."""

    endpoint: str
    path: str
    who: str = ""
    opens: tuple[str, ...] = ()
    status: int = 200


SPECIALIST, SUPERVISOR, REVIEWER, ADMINISTRATOR = "alice", "sofia", "quentin", "adam"
ACTION = "release_actions.ask"
FILTERED = "/releases?status=completed&sort=-received"
STAFF_PAGES = (
    Spot("inbox.show", "/", SPECIALIST, ("Your menu", "Keyboard")),
    Spot("inbox.show", "/?who=all", SUPERVISOR),
    Spot("cases.show", "/cases", SUPERVISOR),
    Spot("find.show", "/find?q={patient}", SPECIALIST),
    Spot("find.show", "/find?q=nobody-of-this-name", SPECIALIST),
    Spot("notices.index", "/notices", SUPERVISOR),
    Spot("notices.preferences", "/notices/preferences", SPECIALIST),
    Spot("reports.index", "/reports", SUPERVISOR),
    Spot("reports.show", "/reports/{report}", SUPERVISOR),
    Spot("release_dashboard.show", "/releases/dashboard", SUPERVISOR),
    Spot("release_board.board", "/releases/board", SUPERVISOR),
    Spot("release_list.show", "/releases", SUPERVISOR, ("More filters", "Save view")),
    Spot("release_list.show", FILTERED, SPECIALIST, ("Export",)),
    Spot("release_intake.form", "/releases/new", SPECIALIST),
    Spot("release_cases.case", "/releases/{received}", SUPERVISOR, ("More",)),
    Spot("release_cases.case", "/releases/{in_progress}?part=requester", SPECIALIST, ("More",)),
    Spot("release_cases.case", "/releases/{needs_correction}", SPECIALIST, ("Submit for review",)),
    Spot("release_cases.case", "/releases/{in_review}?part=authorization", REVIEWER, ("why",)),
    Spot("release_cases.case", "/releases/{completed}?part=clock&document={package}", SUPERVISOR),
    Spot("release_receipts.receipt", "/releases/{received}/receipt", SPECIALIST),
    Spot("release_cases.clock", "/releases/{on_hold}/clock", SPECIALIST),
    Spot(ACTION, "/releases/{received}/actions/assign", SUPERVISOR),
    Spot(ACTION, "/releases/{in_progress}/actions/hold", SPECIALIST),
    Spot(ACTION, "/releases/{in_progress}/actions/deny", SUPERVISOR),
    Spot("release_facts.fact", "/releases/{in_progress}/facts/priority", SPECIALIST),
    Spot("release_authorizations.check", "/releases/{in_progress}/authorization/intake", SPECIALIST),
    Spot("release_authorizations.check", "/releases/{in_review}/authorization/release", REVIEWER),
    Spot("release_packages.package", "/releases/{in_progress}/package", SPECIALIST),
    Spot("release_packages.manifest", "/releases/{in_progress}/documents/{built}/manifest", SUPERVISOR),
    Spot("release_reviews.review", "/releases/{in_review}/review", REVIEWER),
    Spot("account.show", "/account", SPECIALIST),
    Spot("security.change_password", "/account/password", SPECIALIST),
    Spot("security.two_factor_setup", "/account/authenticator", SPECIALIST),
    Spot("security.mf_recovery_codes", "/account/recovery-codes", SPECIALIST),
    Spot("security.wan_register", "/account/passkeys", SPECIALIST),
    Spot("security.verify", "/account/confirm", SPECIALIST),
)
ADMINISTRATION_PAGES = (
    Spot("admin.jobs", "/admin/jobs", ADMINISTRATOR),
    Spot("admin.jobs_job", "/admin/jobs/{job}", ADMINISTRATOR),
    Spot("admin.audit", "/admin/audit", ADMINISTRATOR),
    Spot("admin.calendar", "/admin/calendar", ADMINISTRATOR),
    Spot("admin.people", "/admin/people", ADMINISTRATOR),
    Spot("admin.people_invite", "/admin/people/invite", ADMINISTRATOR),
    Spot("admin.people_person", "/admin/people/{person}", ADMINISTRATOR),
    Spot("admin.rules", "/admin/rules", ADMINISTRATOR),
    Spot("admin.rules_add", "/admin/rules/release/add", ADMINISTRATOR),
    Spot("admin.rules_end", "/admin/rules/{rule}/end", ADMINISTRATOR),
    Spot("admin.extra_fields", "/admin/extra-fields", ADMINISTRATOR),
    Spot("admin.extra_fields_edit", "/admin/extra-fields/release/third_party", ADMINISTRATOR),
    Spot("admin.notices", "/admin/notices", ADMINISTRATOR),
    Spot("admin.notices_edit", "/admin/notices/release.receipt/en", ADMINISTRATOR),
    Spot("admin.organisation", "/admin/organisation", ADMINISTRATOR),
    Spot("admin.tokens", "/admin/tokens", ADMINISTRATOR),
    Spot("admin.tokens_choose", "/admin/tokens/issue", ADMINISTRATOR),
    Spot("admin.tokens_issue", "/admin/tokens/issue/{person}", ADMINISTRATOR),
)
OPEN_PAGES = (
    Spot("security.login", "/sign-in"),
    Spot("security.wan_signin", "/sign-in/passkey"),
    Spot("account.forgotten_password", "/forgotten-password"),
    Spot("account.set_password", "/set-password/worn-out", status=404),
    Spot("public_request.choose", "/request"),
    Spot("public_request.start", "/request/riverside"),
    Spot("public_request.ask", "/request/riverside/who"),
    Spot("public_request.documents", "/request/riverside/documents", IN_BETWEEN),
    Spot("public_request.check", "/request/riverside/check", IN_BETWEEN),
    Spot("public_request.receipt", "/request/riverside/receipt", AFTERWARDS),
    Spot("public_status.ask", "/status"),
    Spot("public_status.status", "/status/request", AFTERWARDS),
    Spot("public_status.confirm_cancel", "/status/request/cancel", AFTERWARDS),
    Spot("public_pickup.ask", "/pickup/{link}"),
    Spot("public_pickup.ask", "/pickup/worn-out", status=404),
    Spot("api.read_description", "/api/v1/"),
)
PAGES = STAFF_PAGES + ADMINISTRATION_PAGES + OPEN_PAGES
EXCUSED = {
    **dict.fromkeys(
        (
            "security.mf_recovery",
            "security.tf_select",
            "security.two_factor_rescue",
            "security.two_factor_token_validation",
            "security.wan_verify",
        ),
        "a step after the password, of the same template as the sign-in page",
    ),
    **dict.fromkeys(
        (
            "admin.audit_export",
            "assets.file",
            "public_pickup.package",
            "public_status.letter",
            "release_documents.content",
            "release_documents.page",
            "release_list.export",
            "reports.file",
        ),
        "a file",
    ),
    **dict.fromkeys(
        (
            "find.suggestions",
            "health.alive",
            "health.ready",
            "release_cases.version",
            "release_intake.find_duplicates",
            "release_intake.find_patients",
            "release_packages.progress",
            "reports.progress",
        ),
        "JSON or a fragment of a page in the table",
    ),
    **dict.fromkeys(
        ("admin.index", "public_pickup.code", "public_status.documents"), "leads to a page in the table"
    ),
}
