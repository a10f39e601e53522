"""Programs of tests in processes of their own, forked from one that has imported what they need: none waits for it."""

import multiprocessing
import os
import runpy
import sys
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([
    "generator.cli", "generator.build", "runtime.cli", "runtime.gateways", "runtime.payments", "runtime.placing",
    "runtime.simulators.process", "runtime.streaming.process", "runtime.till",
])  # fmt: skip
SHOPWRIGHT = Path(__file__).with_name("shopwright_command.py")


class Program:
    """A file of Python that runs as if it had been started by itself, with what ``subprocess.Popen`` has for it.

    With ``said``, a file, it reads nothing and writes everything there; else there are three pipes.
    """

    def __init__(self, path, *arguments, environ=None, said=None):
        if said is None:
            pipes = [_FORKS.Pipe(duplex=False) for _ in range(3)]
            theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        else:
            pipes, theirs = [], said
        given = (str(path), [str(each) for each in arguments], None if environ is None else dict(environ), theirs)
        self._process = _FORKS.Process(target=_run, args=given)
        self._process.start()
        self.pid = self._process.pid
        if pipes:
            self._take([pipes[0][1], pipes[1][0], pipes[2][0]], theirs)

    def _take(self, ours, theirs):
        for each in theirs:
            each.close()
        self.stdin, self.stdout, self.stderr = (
            os.fdopen(os.dup(each.fileno()), mode, encoding="utf-8") for each, mode in zip(ours, "wrr", strict=True)
        )
        for each in ours:
            each.close()

    @property
    def returncode(self):
        return self._process.exitcode

    def poll(self):
        return self._process.exitcode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self._process.terminate()

    def kill(self):
        self._process.kill()

    def wait(self, timeout=240):
        self._process.join(timeout)
        assert self.returncode is not None, f"process {self.pid} goes on and on"
        return self.returncode

    def communicate(self, text=""):
        """Say something, and return what it said and complained of until its end."""
        try:
            self.stdin.write(text)
            self.stdin.close()
        except BrokenPipeError:
            pass  # it is gone already
        said = self.stdout.read(), self.stderr.read()
        self.wait()
        self.stdout.close()
        self.stderr.close()
        return said


def shopwright(*words, **options):
    """Start the command that a merchant types."""
    return Program(SHOPWRIGHT, *words, **options)


def _run(path, arguments, environ, outlets):
    if environ is not None:
        os.environ.clear()
        os.environ.update(environ)
    if isinstance(outlets, list):
        numbers = [each.fileno() for each in outlets]
    else:
        written = os.open(outlets, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        numbers = [os.open(os.devnull, os.O_RDONLY), written, written]
    for number, each in enumerate(numbers):
        os.dup2(each, number)
    for each in outlets if isinstance(outlets, list) else ():
        each.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it stays open
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = [path, *arguments]
    runpy.run_path(path, run_name="__main__")
