"""Names below .localhost are this machine (RFC 6761), though not every system's resolver knows it.

Browsers do. A server of many shops calls itself by such names, too: the rehearsal bank tells a shop what was paid.
"""

import socket
from typing import Any

_LOCAL = ".localhost"
_LOOPBACK = "127.0.0.1"
_asked = socket.getaddrinfo


def install() -> None:
    """Let this process find the shops of this machine by their names."""
    setattr(socket, "getaddrinfo", _find)  # noqa: B010  no other way reaches what libraries call


def _find(host: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401  whatever the library is asked
    local = isinstance(host, str) and host.lower().rstrip(".").endswith(_LOCAL)
    return _asked(_LOOPBACK if local else host, *more, **named)
