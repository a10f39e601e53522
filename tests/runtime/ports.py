"""Ports for servers of tests: nobody gets one by chance, and no two processes that run tests get the same one."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

_BELOW_WHAT_SYSTEMS_GIVE_AWAY = range(10_000, 32_000)
_claims = []


def free_port():
    """Claim a port until this process ends; what asks the system for any port never gets it in the meantime."""
    folder = Path(tempfile.gettempdir()) / f"shopwright-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(_BELOW_WHAT_SYSTEMS_GIVE_AWAY, 200):
        claim = (folder / str(port)).open("w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise OSError("no port is free")
