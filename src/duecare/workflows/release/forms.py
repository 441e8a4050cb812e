"""The forms of the release pages: they keep what was typed and check its shape; `intake` decides."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DateTimeLocalField,
    EmailField,
    Form,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from duecare.core.desk_forms import DeskForm
from duecare.core.extra_fields import ExtraField
from duecare.workflows.release import terms
from duecare.workflows.release.lifecycle import LIFECYCLE

LINE = Length(max=200, message=_l("Enter at most %(max)d characters."))
SHORT = Length(max=64, message=_l("Enter at most %(max)d characters."))
NAME = Length(max=100, message=_l("Enter at most %(max)d characters."))
TEXT = Length(max=4000, message=_l("Enter at most %(max)d characters."))
ADDRESS = Length(max=500, message=_l("Enter at most %(max)d characters."))
DATE_FORMATS = ["%Y-%m-%d", "%m/%d/%Y"]
MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
LANGUAGES = {"en": "English", "es": "Español"}


def required(message: Any) -> InputRequired:
    return InputRequired(message=message)


def choices(codes: Mapping[str, Any], empty: Any = None) -> list[SelectChoice]:
    """The options of a code list, with a first one that means nothing chosen if a word for it is given."""
    first = {} if empty is None else {"": empty}
    return [SelectChoice(value, label) for value, label in {**first, **codes}.items()]


class ChecksField(SelectMultipleField):  # type: ignore[misc]
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(DateField):  # type: ignore[misc]
    """A day; what is no date is said in words."""

    def __init__(self, label: Any, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, format=DATE_FORMATS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("This is no date. Enter it like 04/03/1971."))) from None


class MomentField(DateTimeLocalField):  # type: ignore[misc]
    """A local day and time."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("This is no date and time. Enter it like 2026-03-02 14:30."))) from None


class IntakeForm(DeskForm):
    """A request taken down at the desk. Dates and times are local to the organisation."""

    first_name = StringField(_l("First name"), [required(_l("Enter the patient's first name.")), NAME])
    last_name = StringField(_l("Last name"), [required(_l("Enter the patient's last name.")), NAME])
    date_of_birth = DayField(_l("Date of birth"), [required(_l("Enter the patient's date of birth."))])
    mrn = StringField(_l("MRN"), [Optional(), SHORT])

    requester_kind = SelectField(
        _l("Who asks"),
        [required(_l("Choose who asks for the records."))],
        choices=choices(terms.REQUESTER_KINDS, _l("Choose")),
    )
    requester_name = StringField(_l("Name"), [required(_l("Enter the requester's name.")), LINE])
    requester_organisation = StringField(_l("Organisation"), [Optional(), LINE])
    requester_email = EmailField(_l("E-mail"), [Optional(), LINE])
    requester_phone = TelField(_l("Phone"), [Optional(), SHORT])
    requester_address = TextAreaField(_l("Address"), [Optional(), ADDRESS])
    requester_locale = SelectField(_l("Language"), [Optional()], choices=choices(LANGUAGES), default="en")

    channel = SelectField(
        _l("Came by"),
        [required(_l("Choose how the request came in."))],
        choices=choices({code: terms.CHANNELS[code] for code in terms.DESK_CHANNELS}),
    )
    received_at = MomentField(_l("Received"), [Optional()], format=MOMENT_FORMATS)
    request_type = SelectField(
        _l("Type of request"),
        [required(_l("Choose the type of request."))],
        choices=choices(terms.REQUEST_TYPES, _l("Choose")),
    )
    record_types = ChecksField(
        _l("Records wanted"),
        [required(_l("Choose at least one kind of record."))],
        choices=choices(terms.RECORD_TYPES),
    )
    range_from = DayField(_l("Care from"), [Optional()])
    range_to = DayField(_l("Care until"), [Optional()])
    purpose = StringField(_l("Purpose"), [Optional(), TEXT])
    paper_date = DayField(_l("Date on the paper"), [Optional()])
    delivery = SelectField(_l("Delivery"), choices=choices(terms.DELIVERIES), default="portal")
    priority = SelectField(_l("Priority"), choices=choices(terms.PRIORITIES), default="routine")
    notes = TextAreaField(_l("Notes"), [Optional(), TEXT])

    form_key = HiddenField()
    seen_duplicates = HiddenField()

    def payload(self, zone: str) -> dict[str, Any]:
        """What was typed in the shape of `ReleaseIntake`; what the request type does not ask is left out."""
        asks = terms.asks(self.request_type.data)
        received = self.received_at.data
        return {
            "patient": {
                name: self[name].data or None for name in ("first_name", "last_name", "date_of_birth", "mrn")
            },
            "requester": {
                name: self[f"requester_{name}"].data or ""
                for name in ("kind", "name", "organisation", "email", "phone", "address")
            }
            | {"locale": self.requester_locale.data or "en"},
            "channel": self.channel.data,
            "received_at": as_instant(received, zone) if received else None,
            "request_type": self.request_type.data,
            "record_types": self.record_types.data or [],
            "range_from": self.range_from.data,
            "range_to": self.range_to.data,
            "purpose": (self.purpose.data or "") if "purpose" in asks else "",
            "paper_date": self.paper_date.data if "paper_date" in asks else None,
            "delivery": self.delivery.data,
            "priority": self.priority.data,
            "notes": self.notes.data or "",
        }

    def add_errors(self, errors: Mapping[str, str]) -> None:
        """Puts errors beside the fields they name; one that names no field stands above the form."""
        for path, text in errors.items():
            name = path.removeprefix("patient.").replace("requester.", "requester_")
            if name not in self:
                self.form_errors.append(text)
            elif not self[name].errors:
                self[name].errors = [_sentence(self[name].label.text, text)]


def _sentence(label: str, text: str) -> str:
    """A fault as a sentence: one that begins with a verb gets the field's name as its subject."""
    if text.startswith(("is ", "lies ")):
        return f"{label} {text}."
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def as_instant(local: datetime, zone: str) -> datetime:
    """A local wall time as an aware instant."""
    return local.replace(tzinfo=ZoneInfo(zone))


def extra_form(fields: Iterable[ExtraField]) -> type[Form]:
    """A form of an organisation's extra fields; their rules are checked by the schema, not here."""
    members = {field.name: _EXTRA[field.kind](field) for field in fields}
    return type("ExtraForm", (Form,), members)


def _described(field: ExtraField, **options: Any) -> dict[str, Any]:
    validators = [] if field.is_required else [Optional()]
    return {"label": field.label, "validators": validators, "description": field.hint, **options}


NO_YES = {"false": _l("No"), "true": _l("Yes")}
_EXTRA: dict[str, Any] = {
    "text": lambda field: StringField(**_described(field, render_kw={"maxlength": field.max_length})),
    "date": lambda field: StringField(**_described(field, render_kw={"type": "date"})),
    "number": lambda field: StringField(**_described(field, render_kw={"inputmode": "decimal"})),
    "integer": lambda field: StringField(**_described(field, render_kw={"inputmode": "numeric"})),
    "boolean": lambda field: SelectField(**_described(field, choices=choices(NO_YES))),
    "choice": lambda field: SelectField(
        **_described(field, choices=choices({each: each for each in field.choices}, _l("Choose")))
    ),
}


class ActionForm(DeskForm):
    """What every action carries: the version and the last event that the person saw."""

    version = HiddenField()
    seen = HiddenField()

    def needs(self) -> dict[str, Any]:
        """What was typed, for `lifecycle.fire`."""
        skipped = {"version", "seen", "csrf_token"}
        return {
            field.name: field.data for field in self if field.name not in skipped and field.data is not None
        }


class AssignForm(ActionForm):
    assignee = SelectField(_l("Specialist"), [required(_l("Choose a specialist."))])


class HoldForm(ActionForm):
    reason_code = SelectField(
        _l("What is awaited"),
        [required(_l("Choose what is awaited."))],
        choices=choices(terms.HOLD_REASONS, _l("Choose")),
    )
    reason = TextAreaField(_l("In words"), [required(_l("Say what is awaited, and from whom.")), TEXT])


class ResumeForm(ActionForm):
    notes = TextAreaField(_l("What arrived"), [Optional(), TEXT])


class CorrectionForm(ActionForm):
    notes = TextAreaField(_l("What must be corrected"), [required(_l("Say what must be corrected.")), TEXT])


class ExtendForm(ActionForm):
    until = DayField(_l("New due date"), [required(_l("Enter the new due date."))])
    reason = TextAreaField(
        _l("Reason"),
        [required(_l("Give the reason.")), TEXT],
        description=_l("It is printed in the letter to the requester."),
    )


class DenyForm(ActionForm):
    basis = SelectField(
        _l("Basis"), [required(_l("Choose the basis."))], choices=choices(terms.DENIAL_BASES, _l("Choose"))
    )
    reason = TextAreaField(_l("Reason in plain language"), [required(_l("Give the reason.")), TEXT])


class ReasonForm(ActionForm):
    reason = TextAreaField(_l("Reason"), [required(_l("Give the reason.")), TEXT])


ACTION_FORMS: dict[str, type[ActionForm]] = {
    "assign": AssignForm,
    "hold": HoldForm,
    "resume": ResumeForm,
    "return_for_correction": CorrectionForm,
    "extend": ExtendForm,
    "deny": DenyForm,
    "cancel": ReasonForm,
    "reopen": ReasonForm,
}


def action_form(action: str) -> type[ActionForm]:
    """The form of an action; raises `NotPossible` for one that does not exist."""
    return ACTION_FORMS.get(LIFECYCLE.transition(action).action, ActionForm)
