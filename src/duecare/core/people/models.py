"""Tables of organisations and of the people who work in them.

Field names of `User` and `WebAuthn` follow Flask-Security's contract; what a person may do comes from
`Membership` alone.
"""

from datetime import datetime
from typing import Any

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from duecare.core.db import Base, BigId, Code, Id, Name, OpaqueId, opaque_id
from duecare.core.time import now

SECOND_FACTOR, REQUIRED, OPTIONAL = "second_factor", "required", "optional"


class Organisation(Base):
    """A tenant: a hospital, a clinic, an institution. `settings` holds what its administrator decided.

    `terms_version` names its clock rules, closures, extra fields and wordings as they stand: it changes
    whenever one of them does.
    """

    __tablename__ = "organisations"

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    zone: Mapped[Code] = mapped_column(default="America/Chicago")
    country: Mapped[str] = mapped_column(String(2), default="US")
    state: Mapped[str | None] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(500), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    privacy_contact: Mapped[str] = mapped_column(String(500), default="")
    accepts_public_requests: Mapped[bool] = mapped_column(Boolean, default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    terms_version: Mapped[str] = mapped_column(String(32), default=opaque_id)
    created_at: Mapped[datetime] = mapped_column(default=now)

    def renew_terms(self) -> None:
        """Something that `terms_version` stands for was changed: nobody goes by what they kept of it."""
        self.terms_version = opaque_id()


class User(Base, UserMixin):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    name: Mapped[Name]
    email: Mapped[str] = mapped_column(String(255), unique=True)
    username: Mapped[str | None] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    locale: Mapped[str] = mapped_column(String(8), default="en")
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    totp_counter: Mapped[int | None] = mapped_column(BigId)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(64), unique=True
    )
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    notice_preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user")
    webauthn: Mapped[list["WebAuthn"]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete"
    )

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]
        """Flask-Security's own roles are not used: what a person may do comes from `Membership`."""
        return []

    @property
    def needs_second_factor(self) -> bool:
        """True when an organisation that the person works for requires one of everybody."""
        settings = (membership.organisation.settings for membership in self.memberships)
        return any(setting.get(SECOND_FACTOR) == REQUIRED for setting in settings)

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: ARG002 - Flask-Security's contract; a trusted browser is not offered
    ) -> tuple[bool, list[tuple[str, str]]]:
        """A second factor is asked of everybody who has one, and of everybody who must have one."""
        return bool(tf_setup_methods) or self.needs_second_factor, tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """True when the person may not go without a second factor."""
        return self.needs_second_factor


class WebAuthn(Base, WebAuthnMixin):
    """A passkey of a user."""

    __tablename__ = "webauthn"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(512))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    sign_count: Mapped[int | None] = mapped_column(default=0)  # type: ignore[assignment]
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool] = mapped_column(Boolean)
    device_type: Mapped[Code]
    extensions: Mapped[str | None] = mapped_column(String(255))
    lastuse_datetime: Mapped[datetime]
    name: Mapped[Code]
    usage: Mapped[Code]
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(back_populates="webauthn")


class Membership(Base):
    """A role of a user in an organisation; a person may hold several."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "organisation_id", "role"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"), index=True)
    role: Mapped[Code]
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


class SignIn(Base):
    """One signed-in browser. The cookie carries `token`; ending the row ends the session at once."""

    __tablename__ = "sign_ins"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR end_reason IS NOT NULL", name="end_has_reason"),)

    id: Mapped[Id]
    token: Mapped[OpaqueId]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisations.id"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")


class ApiToken(Base):
    """A bearer token of a user in an organisation. Only its SHA-256 is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    name: Mapped[Name]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Throttle(Base):
    """How often something guessable was tried in a window (sign-in, status look-up, pickup)."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    window_started_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


class SavedView(Base):
    """A list's filters under a name; a shared one is offered to everybody in the organisation."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "organisation_id", "page", "name"),)

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"), index=True)
    page: Mapped[Code]
    name: Mapped[str] = mapped_column(String(120))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
