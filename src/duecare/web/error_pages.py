"""What an error page says, by HTTP status: what happened and what to do; never what went wrong inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class ErrorPage:
    """The words of one error page."""

    title: Any
    happened: Any
    what_to_do: Any


ERROR_PAGES = {
    400: ErrorPage(
        _("We could not read that request"),
        _("Something in the address or the form was not complete."),
        _("Go back, load the page again and repeat the last step. What you typed is kept in this tab."),
    ),
    403: ErrorPage(
        _("You may not do this"),
        _("Your role does not allow this page or this action."),
        _("Ask your supervisor if you need it for your work."),
    ),
    404: ErrorPage(
        _("There is no such page"),
        _("The address is wrong, or what it named is not yours to see."),
        _("Check the address, or find the case by its number."),
    ),
    409: ErrorPage(
        _("Somebody else was faster"),
        _("This case changed while you were working on it, so your change was not saved over theirs."),
        _("Go back, load the page again and look at the change. What you typed is kept in this tab."),
    ),
    413: ErrorPage(
        _("That is too large"),
        _("The files you sent are larger than this service accepts."),
        _("Send fewer files at once, or scan with a lower resolution, for example 200 dpi in grey."),
    ),
    422: ErrorPage(
        _("Something needed is missing"),
        _("The step needs something that is not there yet, so nothing was changed."),
        _("Go back and add it. What you typed is kept in this tab."),
    ),
    429: ErrorPage(
        _("Too many tries"),
        _("There were more tries than allowed in a short time."),
        _("Wait a few minutes, then try again."),
    ),
    500: ErrorPage(
        _("Sorry, this did not work"),
        _("The fault is ours. Nothing was half saved."),
        _("Try again in a minute. If it happens again, tell your administrator the reference below."),
    ),
}


def render_error(status: int, *, detail: str | None = None, reference: str | None = None) -> tuple[str, int]:
    """The page for `status` (an unlisted one reads like 400 or 500) with an optional fitting sentence."""
    page = ERROR_PAGES.get(status) or ERROR_PAGES[500 if status >= 500 else 400]
    html = render_template("errors/error.html", page=page, status=status, detail=detail, reference=reference)
    return html, status
