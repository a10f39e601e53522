"""One thread that writes: units of work share a commit, each inside a savepoint, answered after it is durable.

Sharing one sync of the disk doubles the rate of separate connections and keeps the slowest buyer's wait short.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import peewee

from runtime.faults import DatabaseFault, Reason
from runtime.transaction import Transaction, fault, system_fault

T = TypeVar("T")
BATCH = 64
WAIT_SECONDS = 20.0


class _LostError(Exception):
    """The whole batch is rolled back by the database itself."""


class _Unit:
    """A unit of work and the answer that its caller waits for."""

    def __init__(self, work: Callable[[Transaction], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: BaseException | None = None

    def answer(self) -> None:
        """Let the caller go on, with the result or with what the unit raised."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Runs units of work in groups on one connection."""

    def __init__(
        self,
        begin: Callable[[], Transaction],
        lock: Callable[[], AbstractContextManager[None]],
        drop: Callable[[], None],
    ) -> None:
        self._begin = begin
        self._lock = lock
        self._drop = drop
        self._queue: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._closed = False

    def submit(self, work: Callable[[Transaction], T]) -> T:
        """Run a unit of work and return its result after the commit; raise what it raises, or a DatabaseFault."""
        unit = _Unit(work)
        with self._guard:
            if self._closed:
                raise DatabaseFault(Reason.UNREACHABLE, "the shop is stopping")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                self._thread.start()
            self._queue.put(unit)
        try:
            result: T = unit.future.result(WAIT_SECONDS)
        except FutureTimeoutError:
            if unit.future.cancel():
                raise DatabaseFault(Reason.LOCKED, "the database is busy for too long") from None
            result = unit.future.result()
        return result

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._guard:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            self._commit(first)
        self._drop()

    def _gather(self, first: _Unit) -> list[_Unit]:
        units = [first]
        while len(units) < BATCH and not self._queue.empty():
            unit = self._queue.get()
            if unit is None:
                self._queue.put(None)
                break
            units.append(unit)
        return _wanted(units)

    def _commit(self, first: _Unit) -> None:
        """Run a batch in one transaction; if the commit fails nothing is kept, and every caller hears so.

        What comes while another process holds the lock still joins the batch.
        """
        units: list[_Unit] | None = None
        try:
            with self._lock():
                units = self._gather(first)
                if units:
                    self._transact(units)
        except BaseException as error:  # noqa: BLE001  whatever it is, the callers must not wait for ever
            lost = self._lost(error)
            units = _wanted([first]) if units is None else units
            for unit in units:
                unit.error = lost
            self._drop()
        for unit in units:
            unit.answer()

    def _transact(self, units: list[_Unit]) -> None:
        transaction = self._begin()
        transaction.run("BEGIN IMMEDIATE")
        for unit in units:
            self._run(transaction, unit)
        transaction.run("COMMIT")

    def _run(self, transaction: Transaction, unit: _Unit) -> None:
        transaction.run("SAVEPOINT unit")
        transaction.begin()
        try:
            unit.result = unit.work(transaction)
            transaction.finish()
        except BaseException as error:
            if isinstance(error, peewee.DatabaseError) and fault(error) is not None:
                raise
            if not transaction.connection.connection().in_transaction:
                raise _LostError from error
            unit.error = error
            transaction.run("ROLLBACK TO unit")
        transaction.run("RELEASE unit")

    @staticmethod
    def _lost(error: BaseException) -> BaseException:
        if isinstance(error, peewee.DatabaseError | peewee.InterfaceError):
            found = fault(error)
            if found is not None:
                found.__cause__ = error
                return found
        if isinstance(error, OSError):
            return system_fault(error)
        if isinstance(error, _LostError):
            return DatabaseFault(Reason.BROKEN, "the database gave the transaction up")
        return error


def _wanted(units: list[_Unit]) -> list[_Unit]:
    """Return the units whose callers still wait; from now on they wait for the end."""
    return [unit for unit in units if unit.future.set_running_or_notify_cancel()]
