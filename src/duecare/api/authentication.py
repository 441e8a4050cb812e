"""Who calls the API: the owner of the bearer token, narrowed to its scopes. Cookies count for nothing."""

from flask import g, request

from duecare.core import requests
from duecare.core.people import tokens

SCHEME = "bearer"


def identify() -> None:
    """Finds the caller of the request's token; without a valid one the caller is nobody."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    token = rest.strip()
    if scheme.lower() != SCHEME or not token:
        return
    caller = tokens.identify(requests.reading(), token, request.remote_addr or "")
    if caller is None:
        return
    g.caller = caller
    if tokens.is_use_unnoted(requests.reading(), token):
        with requests.transaction() as session:
            tokens.note_use(session, token)
