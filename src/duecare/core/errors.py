"""The errors of the domain. Each says what is wrong and what to do; web and API map them once.

A message never carries PHI.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """Something the caller asked for cannot be done; `detail` is for people."""

    status = 400
    title = "This cannot be done"

    def __init__(self, detail: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = dict(errors or {})


class NotFound(DomainError):
    """No such thing in the caller's scope: also the answer for another organisation's things."""

    status = 404
    title = "Not found"


class Forbidden(DomainError):
    """The caller may see the thing but not do this with it."""

    status = 403
    title = "Not allowed"


class NotPossible(DomainError):
    """The action does not exist from the present status."""

    status = 409
    title = "Not possible now"


class Stale(DomainError):
    """Somebody else changed the thing since the caller looked."""

    status = 409
    title = "Changed in the meantime"


class Missing(DomainError):
    """Something needed is missing or wrong; `errors` names it per field."""

    status = 422
    title = "Something is missing"


class TooMany(DomainError):
    """Too many tries; the caller must wait."""

    status = 429
    title = "Too many tries"


class Unavailable(DomainError):
    """Something that the product depends on does not answer; trying again later helps."""

    status = 503
    title = "Not available right now"
