"""What a reviewer confirms, point by point, before a package is released."""

from flask_babel import lazy_gettext as _l

POINTS = {
    "right_patient": _l("Every page belongs to this patient: name and date of birth"),
    "only_what_was_asked": _l("Only the records and the dates that were asked for"),
    "complete": _l("Nothing that was asked for is missing, and every page can be read"),
    "right_recipient": _l("The cover letter goes to this requester at this address"),
}
