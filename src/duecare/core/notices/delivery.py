"""Sending what lies in the outbox: to `.eml` files in a folder, or by SMTP.

The message's id is the notice's, so that a second delivery of the same notice is seen as the same message.
"""

import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask_babel import gettext
from sqlalchemy import select

from duecare.core.errors import Unavailable
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.notices.compose import CODE_MARK, SEND, templates
from duecare.core.notices.models import Notice
from duecare.core.signing import code_from, signed
from duecare.core.time import now
from duecare.settings import Settings

SMTP_SECONDS = 15


def send(work: Work) -> None:
    """Sends one notice by e-mail, once: a notice already sent is left alone."""
    with work.installation.database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.public_id == work.payload["notice"])).one()
    if notice.sent_at is None:
        deliver(work.installation.settings, message(work.installation.settings, notice))
    with work.finishing() as session:
        session.get_one(Notice, notice.id).sent_at = notice.sent_at or now()


def message(settings: Settings, notice: Notice) -> EmailMessage:
    """The e-mail of a notice."""
    name, address = parseaddr(settings.mail_from)
    mail = EmailMessage()
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(addr_spec=notice.address or "")
    mail["Subject"] = _with_code(settings, notice, notice.subject)
    mail["Date"] = format_datetime(notice.created_at)
    mail["Message-ID"] = f"<{notice.public_id}@{urlsplit(settings.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{_with_code(settings, notice, notice.body)}\n\n{url(settings, notice)}\n")
    return mail


def _with_code(settings: Settings, notice: Notice, text: str) -> str:
    if notice.code_origin is None:
        return text
    purpose, _, seed = notice.code_origin.partition(":")
    return text.replace(CODE_MARK, code_from(settings.key, purpose, seed))


def url(settings: Settings, notice: Notice) -> str:
    """The address a notice points to; a link that opens something by itself is signed only here."""
    purpose = templates()[notice.template].signed_purpose
    path = notice.link
    if purpose:
        folder, _, value = path.rpartition("/")
        path = f"{folder}/{signed(settings.key, purpose, value)}"
    return settings.public_url.rstrip("/") + path


def deliver(settings: Settings, mail: EmailMessage) -> None:
    """Hands a message over. Raises `Unavailable` when the mail system does not take it."""
    scheme = urlsplit(settings.mail_url).scheme
    _SENDERS[scheme](settings.mail_url, mail)


def _to_folder(mail_url: str, mail: EmailMessage) -> None:
    parts = urlsplit(mail_url)
    folder = Path(unquote(parts.path if parts.path.startswith("/") else mail_url.removeprefix("file:")))
    folder.mkdir(parents=True, exist_ok=True)
    name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
    partial = folder / f".{name}.partial"
    partial.write_bytes(mail.as_bytes())
    partial.rename(folder / f"{name}.eml")


def _to_smtp(mail_url: str, mail: EmailMessage) -> None:
    parts = urlsplit(mail_url)
    host, port = parts.hostname or "localhost", parts.port
    try:
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            with smtplib.SMTP_SSL(host, port or 465, timeout=SMTP_SECONDS, context=context) as server:
                _submit(server, parts.username, parts.password, mail)
            return
        with smtplib.SMTP(host, port or 25, timeout=SMTP_SECONDS) as server:
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            _submit(server, parts.username, parts.password, mail)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(gettext("The mail server did not take the message.")) from error


def _submit(server: smtplib.SMTP, user: str | None, password: str | None, mail: EmailMessage) -> None:
    server.ehlo()
    if user:
        server.login(unquote(user), unquote(password or ""))
    server.send_message(mail)


_SENDERS: dict[str, Callable[[str, EmailMessage], None]] = {
    "file": _to_folder,
    "smtp": _to_smtp,
    "smtps": _to_smtp,
}

SEND_NOTICE = JobKind(SEND, "Send e-mail", send)
