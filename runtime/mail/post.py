"""Hands mails over: by SMTP when the environment names a host, else as .eml files below var/mail."""

import re
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from generator.files import atomic_write
from runtime.faults import MailFault
from runtime.settings import Mail, Settings

TIMEOUT = 20.0


def send(message: EmailMessage, settings: Settings, name: str, now: datetime) -> None:
    """Hand a mail over; ``name`` is stable for one notice, so that a mail that goes out twice can be known.

    Raise MailFault.
    """
    host = _domain(message, settings)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{re.sub(r'[^a-z0-9.-]', '-', name)}@{host}>" if name else make_msgid(domain=host)
    if settings.mail.sender:
        del message["From"]
        message["From"] = settings.mail.sender
    try:
        if settings.mail.host:
            _by_smtp(message, settings.mail)
        else:
            folder = settings.var / "mail"
            folder.mkdir(parents=True, exist_ok=True)
            atomic_write(folder / f"{re.sub(r'[^a-z0-9.-]', '-', name)}.eml", bytes(message), mode=0o600)
    except (OSError, smtplib.SMTPException) as error:
        raise MailFault(f"the mail was not handed over: {type(error).__name__}") from error


def _by_smtp(message: EmailMessage, mail: Mail) -> None:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
    with server:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, mail.password)
        server.send_message(message)


def _domain(message: EmailMessage, settings: Settings) -> str:
    address = settings.mail.sender or str(message["From"])
    found = re.search(r"@([A-Za-z0-9.-]+)", address)
    return found[1] if found else "localhost"
