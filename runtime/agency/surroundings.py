"""Which settings are whose: a server's, its office's, and those of each shop, which come from its own folder alone."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path

import msgspec

from runtime import settings
from runtime.settings import PREFIX, Settings
from runtime.web.gate import LOOPBACK

SHARED = frozenset(
    PREFIX + name
    for name in (
        "ENV", "PROXY", "LOG", "FONT", "METRICS_TOKEN", "CONSOLE_HOURS", "CONSOLE_IDLE_MINUTES",
        "SMTP", "SMTP_USER", "SMTP_PASSWORD", "SMTP_SECURITY", "RTMP_CERTIFICATE", "RTMP_CERTIFICATE_KEY",
    )
)  # fmt: skip
"""What holds for every shop of a server, unless its own var/secrets.env says otherwise."""
MISPLACED = tuple(PREFIX + name for name in ("DATABASE", "SECRET"))
"""What would make one shop of all."""
_OF_MAIL = frozenset(PREFIX + name for name in ("SMTP_USER", "SMTP_PASSWORD", "SMTP_SECURITY"))
_OF_THE_MACHINE = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV",
    "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy",
    "https_proxy", "no_proxy", "LD_LIBRARY_PATH", "NO_COLOR", "TERM",
)  # fmt: skip
_BEGINNINGS = ("LC_", "PYTHON", "XDG_", "COVERAGE_")


def find_misplaced(environ: Mapping[str, str]) -> str | None:
    """Return a variable that can only be one shop's, None if there is none."""
    return next((name for name in MISPLACED if environ.get(name)), None)


def scrub(environ: MutableMapping[str, str]) -> None:
    """Take everything out of an environment that a shop must not read: a secret of one is a secret from the others."""
    for name in list(environ):
        if name not in SHARED and name not in _OF_THE_MACHINE and not name.startswith(_BEGINNINGS):
            del environ[name]


def office(folder: Path, machine: tuple[str, ...] = ()) -> Settings:
    """Return the settings of the list of shops itself; raise SettingError.

    It answers to the names that are given, else to those of the machine, and always to the machine itself.
    """
    found = settings.read(folder)
    given = found.hosts or machine
    named = LOOPBACK.union(given, (found.console.host,) if found.console.host else ())
    console = msgspec.structs.replace(found.console, host="")
    return msgspec.structs.replace(found, hosts=tuple(sorted(named)), console=console)


def hosts_given(folder: Path) -> tuple[str, ...]:
    """Return the host names that a shop's own var/secrets.env lists, its console's too; raise SettingError."""
    lines = settings.lines(folder)
    given = f"{lines.get(f'{PREFIX}HOSTS', '')},{lines.get(f'{PREFIX}CONSOLE_HOST', '')}"
    return tuple(each.strip().lower() for each in given.split(",") if each.strip())


def of_shop(folder: Path, hosts: tuple[str, ...], address: str, environ: Mapping[str, str]) -> Settings:
    """Return the settings of one shop: its own lines over what the server shares; raise SettingError.

    A shop that sends its mail by a server of its own never shows that one the password of ours.
    """
    own = settings.lines(folder)
    shared = {name: value for name, value in environ.items() if name in SHARED}
    if own.get(f"{PREFIX}SMTP"):
        shared = {name: value for name, value in shared.items() if name not in _OF_MAIL}
    found = settings.read(folder, {**shared, **own})
    address = "" if found.environment is settings.Environment.PRODUCTION else address
    return msgspec.structs.replace(found, hosts=hosts, address=address)
