"""Reads DUECARE_* from the environment (or a `.env` file) into one typed `Settings`.

Every variable may also be given as `…_FILE`, the path of a file that holds the value. A wrong setting stops
the start with every fault listed; nothing else in the product reads the environment.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DUECARE_"
DEMO_KEY = "made-up-key-for-demonstrations-only"


class SettingsError(Exception):
    """The environment is not usable; `faults` lists every reason, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    """What an administrator may decide from outside. Durations are in the unit their name ends with."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: str = "sqlite:///.var/duecare.db"
    storage_url: str = "file:.var/store"
    queue_url: str | None = None
    mail_url: str = "file:.var/outbox"
    mail_from: str = "duecare <no-reply@duecare.example>"
    secret_key: Annotated[str, Field(min_length=32)] | None = None
    public_url: str = "http://127.0.0.1:8000"
    environment: Literal["production", "demo", "test"] = "production"

    session_idle_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30
    session_absolute_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 12
    sign_in_tries: Annotated[int, Field(ge=1, le=100)] = 10
    sign_in_tries_per_address: Annotated[int, Field(ge=1, le=10_000)] = 100
    sign_in_window_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15
    upload_max_megabytes: Annotated[int, Field(ge=1, le=2048)] = 100
    malware_scan_url: str | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    default_time_zone: str = "America/Chicago"

    @field_validator("default_time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{value!r} is not a time zone, e.g. America/Chicago") from None
        return value

    @field_validator("database_url", "storage_url", "mail_url", "public_url")
    @classmethod
    def _has_scheme(cls, value: str) -> str:
        if not urlsplit(value).scheme:
            raise ValueError("is not a URL")
        return value

    @model_validator(mode="after")
    def _production_needs_a_key(self) -> "Settings":
        if self.environment == "production" and not self.secret_key:
            raise ValueError(
                "SECRET_KEY is missing: set DUECARE_SECRET_KEY (or DUECARE_SECRET_KEY_FILE) to at least "
                "32 random characters"
            )
        if self.environment == "production" and self.secret_key == DEMO_KEY:
            raise ValueError("SECRET_KEY is the demonstration key: make one of your own")
        return self

    @property
    def key(self) -> str:
        """The signing key: the administrator's, or the fixed one of demonstrations and tests."""
        return self.secret_key or DEMO_KEY

    @property
    def upload_max_bytes(self) -> int:
        return self.upload_max_megabytes * 1_000_000

    @property
    def serves_https(self) -> bool:
        return self.public_url.startswith("https:")


def load(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from the environment, `…_FILE` variables resolved. Raises `SettingsError` with every fault."""
    given, faults = _resolved(os.environ if environ is None else environ)
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    faults += [f"{name} is not a setting" for name in given if name not in known]
    values = {name[len(PREFIX) :].lower(): value for name, value in given.items() if name in known}
    try:
        settings = Settings(**{**values, **overrides})  # type: ignore[arg-type]
    except ValidationError as error:
        faults += [_fault(detail["loc"], detail["msg"]) for detail in error.errors()]
    if faults:
        raise SettingsError(faults)
    return settings


NOT_SETTINGS = (f"{PREFIX}TEST", f"{PREFIX}FAULT_", f"{PREFIX}SAMPLES", f"{PREFIX}BENCH", f"{PREFIX}DEMO_")


def _resolved(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    values: dict[str, str] = {}
    faults: list[str] = []
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS):
            continue
        if not name.endswith("_FILE"):
            values[name] = value
            continue
        try:
            values[name.removesuffix("_FILE")] = Path(value).read_text(encoding="utf-8").strip()
        except OSError as error:
            faults.append(f"{name}: cannot read {value!r} ({error.strerror})")
    return values, faults


def _fault(location: tuple[int | str, ...], message: str) -> str:
    name = f"{PREFIX}{location[0]}".upper() if location else PREFIX.rstrip("_")
    return f"{name}: {message.removeprefix('Value error, ')}"
