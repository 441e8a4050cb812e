"""The calendar: public holidays as computed, and the organisation's own closures."""

from datetime import date
from typing import Any

import holidays
from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from duecare.core import requests, time_rules
from duecare.core.access import Permission
from duecare.core.desk_forms import DeskForm
from duecare.core.errors import NotFound
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.web.admin.frame import blueprint
from duecare.web.admin.shared import moved_or_asked, own_organisation

FIRST_YEAR, LAST_YEAR = 2000, 2100


class ClosureForm(DeskForm):
    """A day on which the organisation is closed."""

    day = DateField(_l("Day"), [InputRequired(_l("Choose the day."))])
    name = StringField(_l("Why"), [InputRequired(_l("Say why it is closed.")), Length(max=200)])


class NoForm(DeskForm):
    """Nothing but the token: for what is decided by the address alone."""


@blueprint.get("/calendar")
@requires(Permission.ORGANISATION_MANAGE)
def calendar() -> str:
    """Holidays and closures of a year."""
    return _page(ClosureForm())


@blueprint.post("/calendar/closures")
@requires(Permission.ORGANISATION_MANAGE)
def calendar_close() -> str | Response:
    """Closes a day, after saying how many due dates move."""
    form = ClosureForm()
    if not form.validate_on_submit():
        return _page(form)
    day, name = form.day.data, form.name.data or ""
    answer = moved_or_asked(
        form,
        lambda session: time_rules.add_closure(
            session, requests.caller(), own_organisation(session), day, name
        ),
        title=_("Close on %(day)s?", day=day.isoformat()),
        back=url_for("admin.calendar", year=day.year),
        done=_("The closure was added. Due dates are being worked out again."),
    )
    return answer or _page(form)


@blueprint.post("/calendar/closures/<iso_date:day>/remove")
@requires(Permission.ORGANISATION_MANAGE)
def calendar_open(day: date) -> str | Response:
    """Takes a closure away, after saying how many due dates move."""
    form = NoForm()
    answer = moved_or_asked(
        form,
        lambda session: time_rules.remove_closure(session, requests.caller(), own_organisation(session), day),
        title=_("Open on %(day)s?", day=day.isoformat()),
        back=url_for("admin.calendar", year=day.year),
        done=_("The closure was removed. Due dates are being worked out again."),
    )
    return answer or _page(ClosureForm())


def _page(form: ClosureForm) -> str:
    session = requests.reading()
    found = own_organisation(session)
    year = _year()
    return render_template(
        "admin/calendar.html",
        form=form,
        year=year,
        place=f"{found.country}-{found.state}" if found.state else found.country,
        holidays=_holidays(found.country, found.state, year),
        closures=time_rules.closures(session, found.id, year),
    )


def _year() -> int:
    given = request.args.get("year", type=int)
    year = given if given is not None else now().year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(_("There is no calendar of that year."))
    return year


def _holidays(country: str, state: str | None, year: int) -> list[dict[str, Any]]:
    """The public holidays as the clock counts them."""
    found = holidays.country_holidays(country, subdiv=state, years=[year])
    return [{"day": day, "name": name} for day, name in sorted(found.items()) if day.year == year]
