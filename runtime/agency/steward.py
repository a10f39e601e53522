"""The process beside the servers of a folder of shops: builds, the recurring work of every shop, and the board.

The work of a shop in which something happens is looked for every two seconds, that of a quiet one every minute, whether
anybody visits it or not. Builds run a few at a time in processes of their own, after visitors in the machine's turn.
"""

import logging
import os
import queue
import signal
import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from generator.value import Value
from runtime import jobs, logs
from runtime.agency import board, premises, resolving
from runtime.agency.board import Board, Shop
from runtime.agency.builder import Builder, Report, Wish
from runtime.agency.charge import Charge
from runtime.agency.pool import Pool
from runtime.agency.survey import Survey
from runtime.faults import Fault
from runtime.jobs import Work
from runtime.releases import Live
from runtime.settings import SettingError
from runtime.streaming.companion import Companion, Neighbour
from runtime.web.metrics import Metrics
from runtime.web.visit import Shopfront

log = logging.getLogger(__name__)
_TICK = 1.0
_LOOKS = 5
"""Shops whose text is looked at in one tick: all of two hundred within a minute."""
_FIRST_LOOKS = 40
_LANES = 16
"""Threads that do the work of shops; a shop keeps to one, so that each needs one connection, and one whose provider
does not answer keeps only the few in its lane waiting."""
_OPEN = 256
"""Shops whose databases are kept open: closing and opening one costs more than to keep it."""
_IDLE = 30.0
"""Seconds after which a builder without work ends."""


class Plan(Value, frozen=True, kw_only=True):
    """What a steward is told by whoever starts it."""

    root: str
    base: str
    host: str
    port: int
    reserved: tuple[str, ...]
    lang: str
    builds: int
    build: bool = True
    parent: int = 0
    log: str = "text"


class Counter:
    """The open shop of the steward: no views, but its till and its recurring work."""

    def __init__(self, shop: Shop, environ: Mapping[str, str], closed: Callable[[], None]) -> None:
        settings = premises.settings_of(shop, environ)
        self._closed = closed
        self.front = Shopfront(settings, Live(settings.var), Metrics())
        self.front.prepare()
        work = Work(make_till=self.front.find_till, settings=settings, base_url=settings.address)
        self.runner = jobs.Runner(work)

    def close(self) -> None:
        """Give everything back."""
        self.front.close()
        self._closed()


class Steward:
    """Looks after all shops of one folder."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        environ = dict(os.environ)
        self._survey = Survey(Path(plan.root), plan.base, environ, plan.reserved)
        self._pool = Pool(_OPEN, self._open)
        self._environ = environ
        self._lanes = [ThreadPoolExecutor(1, f"lane-{number}") for number in range(_LANES)]
        self._wishes: queue.SimpleQueue[tuple[Charge, bool]] = queue.SimpleQueue()
        self._reports: queue.SimpleQueue[tuple[Charge, bool, Report]] = queue.SimpleQueue()
        self._written = Board()
        self._turn: list[str] = []
        self._seen: set[str] = set()
        self._builders = [Builder() for _ in range(plan.builds)]
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        building = [threading.Thread(target=self._build, args=(each,), name="builds") for each in self._builders]
        for thread in building:
            thread.start()
        while not self._stop.is_set() and _lives(self._plan.parent):
            try:
                self.tick()
            except Exception:
                log.exception("a look over the shops failed")
            self._stop.wait(_TICK)
        self._stop.set()
        self._end(building)

    def stop(self) -> None:
        """Let it end."""
        self._stop.set()

    def tick(self) -> None:
        """Look over all shops once, and begin what is due."""
        while not self._reports.empty():
            charge, published, report = self._reports.get()
            charge.building = False
            charge.take(report, published=published)
            charge.wake(time.monotonic())
        for charge in self._survey.look():
            self._let_go(charge)
        self._look_at_texts()
        now = time.monotonic()
        for charge in self._survey.charges.values():
            _safely(charge, lambda charge=charge: self._see_to(charge, now))  # type: ignore[misc]
        found = self._survey.board(os.getpid())
        if found != self._written:
            board.write(self._survey.root, found)
            self._written = found

    def _see_to(self, charge: Charge, now: float) -> None:
        if self._survey.wishes.take_publish(charge.name):
            self._order(charge, publish=True)
        if charge.fault is not None or not charge.has_release:
            return
        if charge.has_rooms is not (charge.companion is not None):
            self._change_companion(charge)
        if charge.busy:
            return
        if charge.is_touched():
            charge.wake(now)
        if now >= charge.next_round:
            charge.busy = True
            lane = self._lanes[zlib.crc32(charge.name.encode()) % _LANES]
            lane.submit(self._round, charge, charge.shown())

    def _open(self, shop: Shop) -> Counter:
        charge = self._survey.charges.get(shop.name)
        return Counter(shop, self._environ, charge.note_written if charge else lambda: None)

    def _change_companion(self, charge: Charge) -> None:
        """Begin or end the daemon of live rooms of a shop, as its release has rooms or has none."""
        before, charge.companion = charge.companion, None
        if before is not None:
            threading.Thread(target=before.stop, name="letting go", daemon=True).start()
            return
        neighbour = Neighbour(self._plan.host, self._plan.port, self._plan.lang)
        charge.companion = Companion(charge.settings(), neighbour, charge.hosts)
        charge.companion.start()

    def _round(self, charge: Charge, shop: Shop) -> None:
        """Do the recurring work of one shop; whatever goes wrong there stays there."""
        logs.shop.set(charge.name)
        try:
            with self._pool.take(shop) as counter:
                counter.runner.round()
                charge.count(counter.front, datetime.now(UTC))
        except (Fault, OSError, SettingError) as error:
            log.warning("recurring work waits: %s", error)
        except Exception:
            log.exception("a round of recurring work failed")
        finally:
            charge.note_round(time.monotonic())
            charge.busy = False

    def _look_at_texts(self) -> None:
        """Look whether texts changed, or their hour has come: new shops at once, the others a few at a time."""
        charges = self._survey.charges
        fresh = [name for name in sorted(charges) if name not in self._seen][:_FIRST_LOOKS]
        self._seen = (self._seen & set(charges)) | set(fresh)
        for name in fresh:
            _safely(charges[name], lambda charge=charges[name]: self._look_first(charge))  # type: ignore[misc]
        if fresh:
            return
        self._turn = [name for name in self._turn if name in charges] or sorted(charges)
        looked, self._turn = self._turn[:_LOOKS], self._turn[_LOOKS:]
        for name in looked:
            _safely(charges[name], lambda charge=charges[name]: self._look_at(charge))  # type: ignore[misc]

    def _look_first(self, charge: Charge) -> None:
        charge.sign()
        Metrics(charge.folder / "var" / "run").forget_dead()
        if self._plan.build and charge.is_stale():
            self._order(charge, publish=True)

    def _look_at(self, charge: Charge) -> None:
        if charge.building:
            return
        if self._plan.build and charge.is_overdue():
            self._order(charge, publish=True)
            return
        charge.changed = charge.has_release and charge.is_stale()
        if charge.sign():
            self._wishes.put((charge, not charge.has_release and self._plan.build))

    def _order(self, charge: Charge, *, publish: bool) -> None:
        charge.building = True
        self._wishes.put((charge, publish))

    def _build(self, builder: Builder) -> None:
        """Work off what is to be built or checked, in a builder that ends when there is nothing for a while."""
        last = time.monotonic()
        while not self._stop.is_set():
            try:
                charge, publish = self._wishes.get(timeout=_TICK)
            except queue.Empty:
                if time.monotonic() - last > _IDLE:
                    builder.close()
                continue
            report = builder.ask(Wish(folder=str(charge.folder), publish=publish))
            self._reports.put((charge, publish, report))
            last = time.monotonic()

    def _let_go(self, charge: Charge) -> None:
        self._seen.discard(charge.name)
        self._pool.forget(charge.name)
        if charge.companion is not None:
            self._change_companion(charge)

    def _end(self, builders: list[threading.Thread]) -> None:
        for builder in self._builders:
            builder.close()
        for lane in self._lanes:
            lane.shutdown(wait=True, cancel_futures=True)
        companions = [charge.companion for charge in self._survey.charges.values() if charge.companion]
        ending = [threading.Thread(target=each.stop) for each in companions]
        for thread in ending:
            thread.start()
        for thread in [*ending, *builders]:
            thread.join()
        self._pool.close()


def _safely(charge: Charge, step: Callable[[], None]) -> None:
    """Do something for one shop; what goes wrong there keeps no other one waiting."""
    try:
        step()
    except Exception:
        log.exception("the shop %s could not be looked after", charge.name)


def _lives(parent: int) -> bool:
    return not parent or os.getppid() == parent


def main() -> None:
    """Run the steward that a plan on the command line describes."""
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    logs.start(plan.log)
    resolving.install()
    steward = Steward(plan)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: steward.stop())
    steward.run()


if __name__ == "__main__":
    main()
