"""Where a provider may be asked: at its own host, or at a simulator that whoever holds this machine started.

Who may edit settings writes the address, and the shop asks it from inside its network. So an address of anything else
in there (this machine, the router, a cloud's own addresses) is refused; simulators announce theirs in a folder that
only the user who runs the shop can write.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

PROVIDERS = {
    "alipay": (".alipay.com", ".alipaydev.com"),
    "paypal": (".paypal.com",),
    "stripe": (".stripe.com",),
    "wechatpay": (".qq.com",),
}
"""Hosts of the providers themselves, with those on which they let one try."""
_FOLDER = "shopwright-simulators-{user}"
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def announce(port: int) -> None:
    """Note that a simulator of this process listens on a port of this machine; it counts as long as the process."""
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    if _is_ours(folder):
        (folder / str(port)).write_text(str(os.getpid()), "ascii")


def withdraw(port: int) -> None:
    """Take such a note back."""
    with contextlib.suppress(OSError):
        (_folder() / str(port)).unlink()


def may_ask(address: str) -> bool:
    """Tell whether a gateway may ask an address now."""
    return any(is_at(address, hosts) for hosts in PROVIDERS.values()) or is_simulator(address)


def is_simulator(address: str) -> bool:
    """Tell whether an address is that of a simulator that runs on this machine."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme != "http" or host not in _LOCAL or not port or "@" in parts.netloc:
        return False
    folder = _folder()
    try:
        process = int((folder / str(port)).read_text("ascii"))
        if not _is_ours(folder):
            return False
        os.kill(process, 0)
    except (OSError, ValueError):
        return False
    return True


def is_at(address: str, hosts: Sequence[str]) -> bool:
    """Tell whether an address is safe and at one of a provider's hosts, which begin with a dot where others follow."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
        odd = parts.scheme != "https" or parts.port not in {None, 443} or "@" in parts.netloc
    except ValueError:
        return False
    return not odd and any(f".{host}".endswith(each) if each[0] == "." else host == each for each in hosts)


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / _FOLDER.format(user=os.getuid())


def _is_ours(folder: Path) -> bool:
    """Tell whether a folder is this user's own, and nobody else's to write."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & _OTHERS_WRITE
