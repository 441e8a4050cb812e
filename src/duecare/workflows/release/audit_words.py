"""What the audit log says of releases beyond their timeline: who was shown what, what requesters did."""

from flask_babel import lazy_gettext as _l

SHOWN = {
    "release.board_viewed": _l("looked at the board"),
    "release.clock_viewed": _l("looked at how a due date came about"),
    "release.events_viewed": _l("looked at a request's timeline"),
    "release.found": _l("was shown a likely duplicate"),
    "release.letter_fetched": _l("downloaded a letter"),
    "release.manifest_viewed": _l("looked at a package's manifest"),
    "release.package_fetched": _l("fetched the package"),
    "release.package_viewed": _l("looked at the package being prepared"),
    "release.pickup_code_sent": _l("was sent a pickup code"),
    "release.pickup_opened": _l("opened the pickup page"),
    "release.pickup_refused": _l("was refused the package"),
    "release.receipt": _l("looked at the receipt"),
    "release.reviewed": _l("looked at a package for review"),
    "release.status_opened": _l("looked at where the request stands"),
    "release.status_refused": _l("was refused the status page"),
    "release.viewed": _l("opened a request"),
    "releases.dashboard": _l("was shown the dashboard's requests"),
}
