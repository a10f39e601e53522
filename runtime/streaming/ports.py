"""Sockets to listen on: the one that was asked for, or the first free one from the usual port on."""

import os
import socket

HTTP_PORT = 8001
RTMP_PORT = 1935
_TRIED = 50
_BACKLOG = 2048


class PortTakenError(OSError):
    """Nothing can be listened on; ``place`` says where, as host:port or as a host that has no free port."""

    def __init__(self, number: int, place: str, why: str) -> None:
        super().__init__(number, f"{place}: {why}")
        self.place = place


def listen(host: str, port: int, usual: int, before: int = 0) -> socket.socket:
    """Return a listening socket on ``port``; where that is 0, on ``before`` or the first free one from ``usual``.

    ``before`` is where the process listened that this one follows: publishers come back to the address they know.
    """
    for tried in (port,) if port else (*([before] if before else []), *range(usual, usual + _TRIED)):
        found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((host, tried))
            found.listen(_BACKLOG)
        except OSError as error:
            found.close()
            if port:
                raise PortTakenError(error.errno or 0, f"{host}:{port}", error.strerror or "") from error
        else:
            found.setblocking(False)
            return found
    raise PortTakenError(0, host, f"no port from {usual} on is free")


def port_of(listening: socket.socket) -> int:
    """Return the port of a listening socket."""
    return int(listening.getsockname()[1])
