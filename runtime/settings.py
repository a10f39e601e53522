"""What the environment says about one running shop, read once into a frozen value.

``settings.read(folder, environ)`` is the only reader of environment variables of the runtime. Lines NAME=value of
``var/secrets.env`` stand beside them, for machines where the environment is hard to set; the environment wins.
"""

import ipaddress
import logging
import os
import re
import secrets
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from runtime.wordings import settings as said

log = logging.getLogger(__name__)
PREFIX = "SHOPWRIGHT_"
SECRETS = "secrets.env"
_SHORTEST_SECRET = 32
_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_HIGHEST_PORT = 65535
_LONGEST_SESSION = 7 * 24
_LISTENING = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})", re.ASCII)
_LINE = re.compile(r"([A-Z][A-Z0-9_]{0,99})=(.*)")


class Environment(StrEnum):
    """Production refuses the rehearsal bank; everything else is alike."""

    PRODUCTION = "production"
    REHEARSAL = "rehearsal"


class SettingError(ValueError):
    """A setting cannot be used: ``name`` says which, ``rule`` what it must be (``wordings.settings`` has the words)."""

    def __init__(self, name: str, rule: str, **values: object) -> None:
        self.name, self.rule, self.values = name, rule, values
        super().__init__(f"{name}: {self.why('en')}")

    def why(self, locale: str) -> str:
        """Say in a reader's language what is wrong, without the setting's name."""
        return said.SAID.get(locale[:2], said.SAID["en"])[self.rule].format_map(self.values)


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """How mail leaves: by SMTP when ``host`` is set, else as files below var/mail."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    security: str = "starttls"
    sender: str = ""

    def __repr__(self) -> str:
        """Keep secrets out of logs."""
        return f"Mail(host={self.host!r}, port={self.port}, sender={self.sender!r})"


class Streaming(msgspec.Struct, frozen=True, kw_only=True):
    """Where the daemon of live rooms listens; a port of 0 takes the first free one from the usual port on."""

    host: str = ""
    port: int = 0
    rtmp: bool = True
    rtmp_host: str = ""
    rtmp_port: int = 0
    certificate: str = ""
    certificate_key: str = ""
    address: str | None = None
    """Where viewers reach the daemon: an address, empty for the shop's own, None for its port on the shop's host."""


class Console(msgspec.Struct, frozen=True, kw_only=True):
    """The merchant's console: its own host name where it has one, and how many seconds somebody stays signed in.

    ``longest`` is counted from signing in, ``idle`` from the last request.
    """

    longest: int = 12 * 60 * 60
    idle: int = 30 * 60
    host: str = ""

    def address(self, shop: str) -> str:
        """Return the address below which the console of a shop at an address is found, without a last slash."""
        parts = urlsplit(shop)
        if not self.host:
            return shop.rstrip("/")
        return f"{parts.scheme}://{self.host}{f':{parts.port}' if parts.port else ''}"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One running shop's surroundings.

    ``database`` is an address (sqlite:/// or postgresql://); ``secret`` signs and derives keys.
    """

    folder: Path
    database: str
    secret: bytes
    environment: Environment = Environment.REHEARSAL
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    """Addresses or networks of the proxies whose X-Forwarded headers are believed."""
    mail: Mail = Mail()
    bank: str = ""
    """Address of a rehearsal bank in another process; empty: the one mounted in this shop."""
    machine: tuple[str, ...] = ()
    """Names of this machine, answered for beside the shop's own where ``hosts`` names none."""
    font: str = ""
    """A font file for papers, instead of the one that is found."""
    log: str = "text"
    """How lines of the log are written: text for people, json for machines."""
    address: str = ""
    """Where a shop that rehearses is reached: links in its mails lead there and not to the address it will have."""
    metrics_token: str = ""
    """Who presents it may read /metrics from elsewhere than this machine."""
    streaming: Streaming = Streaming()
    console: Console = Console()
    named: tuple[tuple[str, str], ...] = ()
    """The environment's other values: a payment method names those that are its secrets."""

    def __repr__(self) -> str:
        """Keep secrets out of logs."""
        return f"Settings(folder={str(self.folder)!r}, environment={self.environment.value!r})"

    def find_secret(self, name: str) -> str | None:
        """Return the secret that a payment method names, or None when nobody gave it."""
        return dict(self.named).get(name)

    @property
    def var(self) -> Path:
        """Return the folder of the running shop's own files."""
        return self.folder / "var"

    @property
    def rooms(self) -> Path:
        """Return the folder of what live rooms send, one for each; ``var/live`` is the link of the live release."""
        return self.folder / "var" / "rooms"


def read(folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of the shop in a folder; raise SettingError for a value that cannot be meant."""
    root = folder.resolve()
    given = _secret_lines(root / "var" / SECRETS) | dict(os.environ if environ is None else environ)
    return Settings(
        folder=root,
        database=_database(given, root),
        secret=_secret(given, root),
        environment=_environment(given),
        hosts=_names(given, "HOSTS"),
        proxies=_proxies(given),
        mail=_mail(given),
        bank=given.get(f"{PREFIX}BANK", ""),
        font=given.get(f"{PREFIX}FONT", ""),
        log=_log(given),
        metrics_token=given.get(f"{PREFIX}METRICS_TOKEN", ""),
        streaming=_streaming(given),
        console=Console(
            longest=_whole(given, "CONSOLE_HOURS", 12, _LONGEST_SESSION) * 60 * 60,
            idle=_whole(given, "CONSOLE_IDLE_MINUTES", 30, 24 * 60) * 60,
            host=_console_host(given),
        ),
        named=tuple(sorted((name, value) for name, value in given.items() if not name.startswith(PREFIX))),
    )


def lines(folder: Path) -> dict[str, str]:
    """Return what a shop's own var/secrets.env says; raise SettingError for a line that cannot be meant."""
    return _secret_lines(folder / "var" / SECRETS)


def named(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the values that payment methods may name, as var/secrets.env has them at this moment."""
    known = dict(settings.named)
    lines = _secret_lines(settings.var / SECRETS)
    fresh = {name: value for name, value in lines.items() if name not in os.environ and not name.startswith(PREFIX)}
    return tuple(sorted((known | fresh).items()))


def secrets_written(settings: Settings) -> int:
    """Return what changes whenever var/secrets.env is written."""
    try:
        return (settings.var / SECRETS).stat().st_mtime_ns
    except OSError:
        return 0


def _secret_lines(path: Path) -> dict[str, str]:
    """Read NAME=value lines; what is wrong is said by its line's number, for the line itself may be a secret."""
    try:
        lines = path.read_text("utf-8").splitlines()
        mode = path.stat().st_mode
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"var/{SECRETS}", "unreadable") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("other users of this machine can read var/%s; run: chmod 600 %s", SECRETS, path)
    found = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        parts = _LINE.fullmatch(text)
        if parts is None:
            raise SettingError(f"var/{SECRETS}:{number}", "line")
        value = parts[2].strip()
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        found[parts[1]] = value[1:-1] if quoted else value
    return found


def _database(given: Mapping[str, str], root: Path) -> str:
    address = given.get(f"{PREFIX}DATABASE") or f"sqlite:///{root / 'var' / 'shop.db'}"
    if urlsplit(address).scheme not in {"sqlite", "postgresql", "postgres"}:
        raise SettingError(f"{PREFIX}DATABASE", "database")
    return address


def _environment(given: Mapping[str, str]) -> Environment:
    try:
        return Environment(given.get(f"{PREFIX}ENV") or Environment.REHEARSAL)
    except ValueError as error:
        raise SettingError(f"{PREFIX}ENV", "environment") from error


def _names(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip().lower() for each in given.get(PREFIX + name, "").split(",") if each.strip())


def _console_host(given: Mapping[str, str]) -> str:
    found = given.get(f"{PREFIX}CONSOLE_HOST", "").strip().lower()
    if found and not _HOST_NAME.fullmatch(found):
        raise SettingError(f"{PREFIX}CONSOLE_HOST", "host-name")
    return found


def _proxies(given: Mapping[str, str]) -> tuple[str, ...]:
    found = _names(given, "PROXY")
    for each in found:
        try:
            ipaddress.ip_network(each)
        except ValueError as error:
            raise SettingError(f"{PREFIX}PROXY", "proxy") from error
    return found


def _log(given: Mapping[str, str]) -> str:
    found = given.get(f"{PREFIX}LOG") or "text"
    if found not in {"text", "json"}:
        raise SettingError(f"{PREFIX}LOG", "log")
    return found


def _whole(given: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = given.get(PREFIX + name, "")
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most):
        raise SettingError(PREFIX + name, "whole", most=most)
    return int(text) if text else usual


def _streaming(given: Mapping[str, str]) -> Streaming:
    rtmp = given.get(f"{PREFIX}RTMP_LISTEN", "")
    host, port = _listening(given, "LIVE_LISTEN")
    rtmp_host, rtmp_port = ("", 0) if rtmp == "off" else _listening(given, "RTMP_LISTEN")
    certificate = given.get(f"{PREFIX}RTMP_CERTIFICATE", "")
    certificate_key = given.get(f"{PREFIX}RTMP_CERTIFICATE_KEY", "")
    if bool(certificate) is not bool(certificate_key):
        raise SettingError(f"{PREFIX}RTMP_CERTIFICATE", "certificate-pair")
    return Streaming(
        host=host,
        port=port,
        rtmp=rtmp != "off",
        rtmp_host=rtmp_host,
        rtmp_port=rtmp_port,
        certificate=certificate,
        certificate_key=certificate_key,
        address=_live_address(given),
    )


def _listening(given: Mapping[str, str], name: str) -> tuple[str, int]:
    text = given.get(PREFIX + name, "")
    found = _LISTENING.fullmatch(text)
    if text and (found is None or not 0 < int(found[2]) <= _HIGHEST_PORT):
        raise SettingError(PREFIX + name, "listening")
    return (found[1].strip("[]"), int(found[2])) if found else ("", 0)


def _live_address(given: Mapping[str, str]) -> str | None:
    text = given.get(f"{PREFIX}LIVE_ADDRESS", "")
    if text in {"", "/"}:
        return "" if text else None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise SettingError(f"{PREFIX}LIVE_ADDRESS", "address")
    return f"{parts.scheme}://{parts.netloc}"


def _mail(given: Mapping[str, str]) -> Mail:
    address = given.get(f"{PREFIX}SMTP", "")
    sender = given.get(f"{PREFIX}MAIL_FROM", "")
    if not address:
        return Mail(sender=sender)
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise SettingError(f"{PREFIX}SMTP", "smtp")
    return Mail(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        user=given.get(f"{PREFIX}SMTP_USER", ""),
        password=given.get(f"{PREFIX}SMTP_PASSWORD", ""),
        security="tls" if parts.scheme == "smtps" else given.get(f"{PREFIX}SMTP_SECURITY", "starttls"),
        sender=sender,
    )


def _secret(given: Mapping[str, str], root: Path) -> bytes:
    text = given.get(f"{PREFIX}SECRET", "")
    if text:
        if len(text) < _SHORTEST_SECRET:
            raise SettingError(f"{PREFIX}SECRET", "secret-short", least=_SHORTEST_SECRET)
        return text.encode()
    path = root / "var" / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        found = b""
    if len(found) >= _SHORTEST_SECRET:
        return found
    with draft.open("xb") as file:
        draft.chmod(0o600)
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    made = path.read_bytes()
    if len(made) < _SHORTEST_SECRET:
        raise SettingError(f"{PREFIX}SECRET", "secret-damaged", path=path)
    return made
