"""What can be wrong with a clock's rules and facts; each error is a translatable sentence."""

from typing import ClassVar

from duecare.core.clock.text import N_, Value, plain


class ClockError(ValueError):
    """A clock was asked for something its rule or its facts do not permit."""

    msgid: ClassVar[str] = N_("The clock cannot do this.")

    def __init__(self, **params: Value) -> None:
        self.params = params
        super().__init__(plain(self.msgid, params))


class NaiveTimeError(ClockError):
    msgid = N_("%(moment)s has no time zone.")


class BadIntervalError(ClockError):
    msgid = N_("A pause cannot end (%(ended)s) before it starts (%(started)s).")


class BadRuleError(ClockError):
    msgid = N_("The rule %(rule)s is not usable: %(fault)s.")


class UnknownCalendarError(ClockError):
    msgid = N_("There is no calendar for %(what)s.")


class NoRuleAppliesError(ClockError):
    msgid = N_("No rule for a request of type %(request_type)s is in force on %(on)s.")


class FixedDateMissingError(ClockError):
    msgid = N_("%(rule)s needs the date on the paper.")


class ExtensionNotAllowedError(ClockError):
    msgid = N_("%(rule)s allows no extension.")


class ExtensionAlreadyGrantedError(ClockError):
    msgid = N_("%(rule)s allows one extension, and one was granted on %(granted)s.")


class ExtensionTooLateError(ClockError):
    msgid = N_("The extension comes too late: the first due date, %(first)s, has passed.")


class ExtensionNotLaterError(ClockError):
    msgid = N_("The new date, %(until)s, must be later than the first due date, %(first)s.")


class ExtensionTooLongError(ClockError):
    msgid = N_("The new date, %(until)s, is too late: %(rule)s allows an extension to %(latest)s at most.")
