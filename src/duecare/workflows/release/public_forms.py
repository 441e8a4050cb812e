"""The questions of the public form, one form per page. Shape and messages only; nothing here writes.

A patient who asks for their own records is never asked why, nor for a witness, a notary or a social security
number (45 CFR 164.524, as explained by HHS).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from pydantic import EmailStr, TypeAdapter
from pydantic import ValidationError as NotValid
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    Form,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    validators,
    widgets,
)
from wtforms.fields import SelectChoice

from duecare.core import extra_fields
from duecare.core.errors import Missing
from duecare.core.patients.intake import OLDEST_BIRTH
from duecare.core.time import now
from duecare.workflows.release import public_words as words
from duecare.workflows.release import terms
from duecare.workflows.release.forms import extra_form

OUTSIDERS = frozenset({"attorney", "insurer", "provider", "company"})
NAMED_ORGANISATION = frozenset({"attorney", "insurer", "provider"})
DELIVERY_NEEDS = {"portal": "email", "email": "email", "mail": "address", "fax": "phone"}
NAME, LINE, PARAGRAPH = 100, 200, 4000
_ADDRESS = TypeAdapter(EmailStr)
EXTRA = "extra_"
DAY_PARTS = ("month", "day", "year")


class DayInput:
    """Three short boxes, which people fill with fewer mistakes than one."""

    input_type = "text"

    def __call__(self, field: "DayField") -> Markup:
        labels = zip(DAY_PARTS, (_("Month"), _("Day"), _("Year")), strict=True)
        return Markup('<div class="day-parts">%s</div>') % Markup("").join(
            _box(field, part, label) for part, label in labels
        )


def _box(field: "DayField", part: str, label: str) -> Markup:
    place = field.id if part == DAY_PARTS[0] else f"{field.id}-{part}"
    return Markup(
        '<div class="day-part day-%s"><label for="%s">%s</label><input type="text" inputmode="numeric"'
        ' class="form-control" id="%s" name="%s" value="%s" maxlength="12" autocomplete="off"></div>'
    ) % (part, place, label, place, f"{field.name}-{part}", field.typed[part])


class DayField(Field):  # type: ignore[misc]
    """A day typed as month, day and year. Its data is a `date`, or None when nothing was typed."""

    widget = DayInput()

    def __init__(self, label: Any, missing: Any = None, **settings: Any) -> None:
        super().__init__(label, **settings)
        self.missing = missing
        self.typed = dict.fromkeys(DAY_PARTS, "")
        self.flags.optional = missing is None

    def process(self, formdata: Any, *_data: Any, **_options: Any) -> None:
        self.process_errors: list[str] = []
        self.data: date | None = None
        self.raw_data: list[str] = []
        if formdata is not None:
            self.typed = {part: formdata.get(f"{self.name}-{part}", "").strip() for part in DAY_PARTS}
            self.raw_data = [value for value in self.typed.values() if value]

    def pre_validate(self, _form: Form) -> None:
        if not self.raw_data:
            if self.missing:
                raise ValidationError(str(self.missing))
            return
        self.data = self._day()

    def _day(self) -> date:
        try:
            month, day, year = (int(self.typed[part]) for part in DAY_PARTS)
            return date(year, month, day)
        except (ValueError, OverflowError):
            raise ValidationError(
                _("This is not a real date. Write it with numbers, for example 4 27 1985.")
            ) from None


def needed(message: Any) -> validators.DataRequired:
    """The field must have something in it."""
    return validators.DataRequired(message)


def at_most(length: int) -> validators.Length:
    """The field must not be longer."""
    return validators.Length(
        max=length, message=_l("This is too long. Use %(count)s letters or fewer.", count=length)
    )


def one_of(labels: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, label) for code, label in labels.items()]


class StepForm(Form):  # type: ignore[misc]
    """A page of questions about an asker of some kind."""

    def __init__(self, typed: MultiDict[str, str] | None, kind: str | None) -> None:
        super().__init__(typed)
        self.kind = kind
        self.fit()

    def fit(self) -> None:
        """Leaves out the questions that this kind of asker is not asked."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the inputs, which alone are kept."""
        return [name for field in self for name in _inputs(field)]


class WhoForm(StepForm):
    """Who asks."""

    who = RadioField(
        _l("Choose what fits you"),
        [validators.InputRequired(_l("Choose who you are."))],
        choices=one_of(words.ASKERS),
        validate_choice=False,
    )

    def validate_who(self, field: Field) -> None:
        if field.data not in words.ASKERS:
            raise ValidationError(_("Choose who you are."))


class PatientForm(StepForm):
    """Whose records."""

    first_name = StringField(_l("First name"), [needed(_l("Write the first name.")), at_most(NAME)])
    last_name = StringField(_l("Last name"), [needed(_l("Write the last name.")), at_most(NAME)])
    born = DayField(_l("Date of birth"), missing=_l("Write the date of birth."))
    mrn = StringField(
        _l("Medical record number, if you know it"), [validators.Optional(), validators.Length(max=64)]
    )

    def validate_born(self, field: Field) -> None:
        if field.data and not OLDEST_BIRTH <= field.data <= now().date():
            raise ValidationError(_("This date of birth is not possible. Check the year."))


class ContactForm(StepForm):
    """How to reach the asker, and how they want to get the records."""

    name = StringField(_l("Your full name"), [needed(_l("Write your full name.")), at_most(LINE)])
    organisation = StringField(_l("Company or office"), [validators.Optional(), at_most(LINE)])
    delivery = RadioField(
        _l("How do you want to get the records?"),
        [validators.InputRequired(_l("Choose how you want to get the records."))],
        choices=one_of(words.DELIVERIES),
        validate_choice=False,
    )
    email = StringField(_l("E-mail"), [validators.Optional(), at_most(255)])
    phone = StringField(_l("Phone or fax number"), [validators.Optional(), at_most(64)])
    address = TextAreaField(_l("Mailing address"), [validators.Optional(), at_most(500)])

    def fit(self) -> None:
        if self.kind == "patient":
            del self.name
        if self.kind not in OUTSIDERS:
            del self.organisation
        elif self.kind in NAMED_ORGANISATION:
            self.organisation.validators = [
                needed(_l("Write the name of your company or office.")),
                at_most(LINE),
            ]
            self.organisation.flags.optional = False

    def validate_email(self, field: Field) -> None:
        if not field.data:
            return
        try:
            _ADDRESS.validate_python(field.data.strip())
        except NotValid:
            raise ValidationError(
                _("This e-mail address is not complete. Write it like name@example.com.")
            ) from None

    def validate_delivery(self, field: Field) -> None:
        if field.data not in words.DELIVERIES:
            raise ValidationError(_("Choose how you want to get the records."))

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        return self._has_what_delivery_needs() and self._can_be_reached() and sound

    def _has_what_delivery_needs(self) -> bool:
        name = DELIVERY_NEEDS.get(self.delivery.data or "")
        if name is None or (self[name].data or "").strip():
            return True
        self[name].errors = [*self[name].errors, _NEEDED_FOR_DELIVERY[name]]
        return False

    def _can_be_reached(self) -> bool:
        if any((self[name].data or "").strip() for name in ("email", "phone", "address")):
            return True
        if not self.email.errors:
            self.email.errors = [_("Give us one way to reach you: e-mail, phone, or mail.")]
        return False


_NEEDED_FOR_DELIVERY = {
    "email": _l("We need your e-mail address to send the records this way."),
    "address": _l("We need your mailing address to send the records this way."),
    "phone": _l("We need your fax number to send the records this way."),
}


class RecordsForm(StepForm):
    """Which records, from when, and for outsiders what for."""

    records = SelectMultipleField(
        _l("Kinds of records"),
        [validators.InputRequired(_l("Choose at least one kind of record."))],
        choices=one_of(terms.RECORD_TYPES),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
        validate_choice=False,
    )
    since = DayField(_l("From this day"))
    until = DayField(_l("To this day"))
    purpose = TextAreaField(_l("What do you need the records for?"), [at_most(PARAGRAPH)])
    notes = TextAreaField(
        _l("Anything that helps us find the right records"), [validators.Optional(), at_most(PARAGRAPH)]
    )

    def fit(self) -> None:
        if self.kind not in OUTSIDERS:
            del self.purpose
        else:
            self.purpose.validators = [
                needed(_l("Write what you need the records for.")),
                at_most(PARAGRAPH),
            ]

    def validate_records(self, field: Field) -> None:
        if any(code not in terms.RECORD_TYPES for code in field.data or []):
            raise ValidationError(_("Choose from the list."))

    def validate_until(self, field: Field) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_("The last day is before the first day. Check the dates."))


class MoreForm(StepForm):
    """What an organisation asks besides; `schema` says what is right, and `ask_more` adds the fields."""

    schema: Mapping[str, Any]

    def values(self) -> dict[str, Any]:
        """The answers as JSON values, under the names of the schema."""
        typed = {name.removeprefix(EXTRA): str(field.data or "") for name, field in self._fields.items()}
        return extra_fields.read(self.schema, typed)

    def validate(self, extra_validators: Any = None) -> bool:
        sound = bool(super().validate(extra_validators))
        try:
            extra_fields.check(self.schema, self.values())
        except Missing as missing:
            for path, message in missing.errors.items():
                field = self._fields.get(EXTRA + path.removeprefix(extra_fields.PREFIX))
                if field is not None:
                    field.errors = [message]
            return False
        return sound


def ask_more(schema: Mapping[str, Any]) -> type[MoreForm]:
    """The form of an organisation's extra fields; their names cannot stand in the way of a form's own."""
    fields = [replace(field, name=EXTRA + field.name) for field in extra_fields.fields(schema)]
    return type("MoreForm", (MoreForm, extra_form(fields)), {"schema": schema})


def typed_values(values: MultiDict[str, str], names: Sequence[str]) -> dict[str, list[str]]:
    """What was typed into the named inputs, without the characters that nobody types."""
    return {name: [cleaned(value) for value in values.getlist(name)] for name in names if name in values}


def _inputs(field: Field) -> list[str]:
    if isinstance(field, DayField):
        return [f"{field.name}-{part}" for part in DAY_PARTS]
    return [field.name]


def cleaned(value: str | None) -> str:
    """A text without control characters, which nobody types and not every database takes."""
    return "".join(
        character
        for character in value or ""
        if character in "\n\t\r" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
