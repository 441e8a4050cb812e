"""The forms of the gallery."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)
from wtforms.fields import SelectChoice


def needed(words: str) -> validators.InputRequired:
    return validators.InputRequired(words)


def options(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class RequestForm(FlaskForm):
    """A patient asks for records."""

    who = RadioField(
        "Whose records do you want?",
        [needed("Say whose records you want")],
        choices=options(me="Mine", child="My child's", other="Another person's, with their permission"),
    )
    name = StringField("Your full name", [needed("Enter your full name")])
    born = DateField("Your date of birth", [needed("Enter your date of birth")])
    email = StringField(
        "E-mail", [needed("Enter your e-mail"), validators.Email("Enter an e-mail like name@example.com")]
    )
    phone = StringField("Phone", [validators.Optional()])
    records = SelectMultipleField(
        "Which records?",
        [needed("Choose at least one kind of record")],
        choices=options(visit="Visit notes", lab="Lab results", image="X-rays and scans", all="Everything"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    delivery = SelectField(
        "How should we send them?", choices=options(portal="Secure link", mail="Paper mail")
    )
    note = TextAreaField("Anything else we should know?", [validators.Optional()])
    agree = BooleanField("I have read how my records are protected", [needed("Tick the box to go on")])


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = StringField("E-mail", [needed("Enter your e-mail")])
    password = PasswordField("Password", [needed("Enter your password")])
