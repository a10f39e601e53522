"""A process that brings a database up to date and kills itself at a given statement. Started by tests."""

import os
import signal
import sys
from pathlib import Path

from steps import NEXT
from tills import make_settings

from runtime import database, migrations


class Mortal:
    """A database whose units of work end with the process at the n-th statement of all."""

    def __init__(self, real, last):
        self.real = real
        self.left = last

    def write(self, unit):
        return self.real.write(lambda transaction: unit(Dying(transaction, self)))


class Dying:
    def __init__(self, transaction, owner):
        self._transaction = transaction
        self._owner = owner

    def __getattr__(self, name):
        return getattr(self._transaction, name)

    def run(self, *given):
        if self._owner.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._owner.left -= 1
        return self._transaction.run(*given)


def main():
    folder, address, last = sys.argv[1:4]
    settings = make_settings(Path(folder), address)
    real = database._connect(settings, expected=False, create=True)
    migrations.migrate(Mortal(real, int(last)), [*migrations.MIGRATIONS, NEXT])
    print("lived")
    real.close()


main()
