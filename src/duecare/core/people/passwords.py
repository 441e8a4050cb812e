"""How passwords are hashed: Argon2id, the same for the web, the command line and the demo.

The cost is the second choice of RFC 9106, section 4; tests use the cheapest there is.
"""

import unicodedata
from functools import cache
from typing import Any, Literal

from flask_babel import gettext
from passlib.context import CryptContext

from duecare.settings import Settings

LEAST_LENGTH = 12
LEAST_DIFFERENT = 5
MOST_LENGTH = 128
NORMAL_FORM: Literal["NFKD"] = "NFKD"
COSTS: dict[str, dict[str, int]] = {
    "usual": {"argon2__time_cost": 3, "argon2__memory_cost": 65_536, "argon2__parallelism": 4},
    "test": {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1},
}


def options(settings: Settings) -> dict[str, Any]:
    """The options of the hash, as passlib names them."""
    return {"argon2__type": "ID", **COSTS["test" if settings.environment == "test" else "usual"]}


def hash_password(settings: Settings, password: str) -> str:
    """The hash of a password, as sign-in verifies it."""
    return str(_context(settings).hash(unicodedata.normalize(NORMAL_FORM, password)))


def faults(password: str, about: tuple[str, ...] = ()) -> list[str]:
    """Why a password will not do. Length counts, not kinds of characters (NIST SP 800-63B, 5.1.1.2)."""
    found = []
    if len(password) < LEAST_LENGTH:
        found.append(gettext("Use at least %(count)s characters.", count=LEAST_LENGTH))
    if any(word and word.lower() in password.lower() for word in about):
        found.append(gettext("Leave out your name and your e-mail address."))
    if len(set(password)) < LEAST_DIFFERENT:
        found.append(gettext("Use more different characters."))
    return found


@cache
def _context(settings: Settings) -> CryptContext:
    return CryptContext(["argon2"], **options(settings))
