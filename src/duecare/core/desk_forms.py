"""Forms of signed-in people, which lose nothing when the session is gone by the time they are sent.

Every such form carries, signed, to whom it was shown. One that comes without a session is kept for that
person; `?kept=` on its page shows it again as it was typed.
"""

from typing import Any

from flask import current_app, flash, g, request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict

from duecare.core import requests, unsent
from duecare.core.documents.names import safe_name
from duecare.core.signing import signed, unsigned
from duecare.core.texts import gettext as _

OWNER, KEPT, PURPOSE = "form_owner", "kept", "form-owner"
FILE_NAME = "file-to-choose-again"
NEVER_KEPT = frozenset({OWNER, "csrf_token"})
MOST_CHARACTERS = 200_000
Typed = MultiDict[str, str]


class DeskForm(FlaskForm):  # type: ignore[misc]
    """A form that shows again what was typed into it before the session was gone."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            kept = typed_before() if formdata is _Auto else None
            return super().wrap_formdata(form, formdata) if kept is None else kept


def owner() -> str:
    """To whom a form is shown, signed; empty for nobody."""
    if requests.EXTENSION not in current_app.extensions:
        return ""
    caller = requests.caller()
    if caller.user_id is None:
        return ""
    key = requests.installation().settings.key
    return signed(key, PURPOSE, f"{caller.user_id}-{caller.organisation_id or 0}")


def keep(page: str) -> str | None:
    """Keeps the form that was just sent in vain, for the page it stands on; gives its id for `?kept=`.

    None where there is nothing to keep: nobody was shown it, or it holds a secret or too much.
    """
    whose = unsigned(requests.installation().settings.key, PURPOSE, request.form.get(OWNER, ""))
    typed = typed_now()
    if whose is None or not typed or _is_secret(typed) or len(page) > unsent.PAGE_LENGTH:
        return None
    user, organisation = (int(part) for part in whose.split("-"))
    names = [(FILE_NAME, file.filename) for each in request.files.listvalues() for file in each]
    typed += [(field, safe_name(name)) for field, name in names if name]
    with requests.transaction() as session:
        return unsent.keep(session, user, organisation or None, page, typed).public_id


def typed_now() -> list[tuple[str, str]]:
    """The fields of the form that was just sent."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_KEPT]


def is_owners() -> bool:
    """True if the form that was just sent had been shown to the caller."""
    return bool(owner()) and request.form.get(OWNER) == owner()


def typed_before() -> Typed | None:
    """What the caller typed on this page before their session was gone, if the address names it."""
    if "typed_before" not in g:
        g.typed_before = _found()
        if g.typed_before is not None:
            flash(_("You were signed out before this was sent. What you typed is here: send it once more."))
            _say_files_to_choose(g.typed_before.poplist(FILE_NAME))
    return g.typed_before  # type: ignore[no-any-return]


def _say_files_to_choose(names: list[str]) -> None:
    if names:
        flash(_("Choose these files again: %(names)s.", names=", ".join(names)))


def _found() -> Typed | None:
    caller, public_id = requests.caller(), request.args.get(KEPT)
    if request.method != "GET" or not public_id or caller.user_id is None:
        return None
    session, organisation = requests.reading(), caller.organisation_id
    fields = unsent.find(session, public_id, caller.user_id, organisation, request.path)
    return None if fields is None else MultiDict([(name, value) for name, value in fields])


def _is_secret(typed: list[tuple[str, str]]) -> bool:
    has_secret = any("password" in name for name, _value in typed)
    return has_secret or sum(len(name) + len(value) for name, value in typed) > MOST_CHARACTERS
