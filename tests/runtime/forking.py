"""Programs of tests in processes of their own, forked from one that has imported what they need: none waits for it."""

import multiprocessing
import os
import runpy
import sys

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([
    "generator.cli", "generator.build", "runtime.gateways", "runtime.payments", "runtime.placing", "runtime.till",
])  # fmt: skip


class Program:
    """A file of Python that runs as if it had been started by itself; its pipes are those of ``subprocess.Popen``."""

    def __init__(self, path, *arguments):
        pipes = [_FORKS.Pipe(duplex=False) for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
        self._process = _FORKS.Process(target=_run, args=(str(path), [str(each) for each in arguments], theirs))
        self._process.start()
        for each in theirs:
            each.close()
        self.pid = self._process.pid
        self.stdin, self.stdout, self.stderr = (
            os.fdopen(os.dup(each.fileno()), mode, encoding="utf-8") for each, mode in zip(ours, "wrr", strict=True)
        )
        for each in ours:
            each.close()

    @property
    def returncode(self):
        return self._process.exitcode

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


def _run(path, arguments, pipes):
    for number, pipe in enumerate(pipes):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it stays open
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = [path, *arguments]
    runpy.run_path(path, run_name="__main__")
