"""The forms of the status page and of the pickup: what a person must know, and why they cancel."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField, TextAreaField

from duecare.core.signing import CODE_LENGTH
from duecare.workflows.release.public_forms import PARAGRAPH, DayField, at_most, cleaned, needed

LONGEST_CODE = 4 * CODE_LENGTH


class LookUpForm(Form):  # type: ignore[misc]
    """The tracking code and the patient's date of birth."""

    code = StringField(_l("Tracking code"), [needed(_l("Write your tracking code.")), at_most(LONGEST_CODE)])
    born = DayField(_l("The patient's date of birth"), missing=_l("Write the date of birth."))


class CancelForm(Form):  # type: ignore[misc]
    """Why the request is not needed any more."""

    reason = TextAreaField(
        _l("Why do you want to cancel?"),
        [needed(_l("Write a few words on why.")), at_most(PARAGRAPH)],
        filters=(cleaned,),
    )


class BirthForm(Form):  # type: ignore[misc]
    """The date of birth as the second thing to know."""

    born = DayField(_l("The patient's date of birth"), missing=_l("Write the date of birth."))

    @property
    def answer(self) -> date | None:
        found: date | None = self.born.data
        return found


class CodeForm(Form):  # type: ignore[misc]
    """The code that was sent by e-mail as the second thing to know."""

    code = StringField(
        _l("The code from our e-mail"), [needed(_l("Write the code from our e-mail.")), at_most(LONGEST_CODE)]
    )

    @property
    def answer(self) -> str:
        return str(self.code.data or "")
