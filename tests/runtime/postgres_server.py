"""A private PostgreSQL server for one test run, made with the installed binaries."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from ports import free_port

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)


class Server:
    """A cluster in a folder of its own, on 127.0.0.1; a ``durable`` one waits for the disk, which tests need not."""

    def __init__(self, *, durable=False):
        self.sync = "on" if durable else "off"
        self.folder = Path(tempfile.mkdtemp(prefix="shopwright-pg-"))
        self.port = free_port()
        self.user = None
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            self.user = account.pw_uid
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.data = self.folder / "data"
        self._run("initdb", "-D", self.data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")

    def _run(self, program, *arguments):
        done = subprocess.run(
            [BINARIES / program, *map(str, arguments)],
            user=self.user, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync={self.sync}"
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def address(self, name):
        return f"postgresql://shop@127.0.0.1:{self.port}/{name}"

    def remove(self):
        with contextlib.suppress(RuntimeError):
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
