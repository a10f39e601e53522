"""One shop in the steward's care: what is known of it, and when something is due."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from generator import clock
from generator.releases import freshness
from generator.value import Text
from runtime import settings as environment
from runtime.agency import names, surroundings
from runtime.agency.board import Line, Shop, Takings
from runtime.agency.builder import Report
from runtime.releases import Live, NoReleaseError
from runtime.settings import Environment, SettingError, Settings
from runtime.streaming.companion import Companion
from runtime.web.visit import Shopfront
from runtime.worklist import takings

log = logging.getLogger(__name__)
_HOT = 2 * 60.0
"""Seconds after a change of its database for which a shop's work is looked for every two seconds."""
_OFTEN, _SELDOM, _UNSEEN = 2.0, 60.0, 5.0
"""Seconds between two looks at its work: where something happens, where it is quiet, and where the database is no file
that could be looked at."""
_DAYS = 7


class Charge:
    """What the steward knows of one shop; only its main thread changes it, but for ``note_round``."""

    def __init__(self, folder: Path, base: str, environ: Mapping[str, str], before: Shop | None) -> None:
        self.name, self.folder = folder.name, folder.resolve()
        self.hosts: tuple[str, ...] = ()
        self.taken: tuple[str, ...] = ()
        self.stopped = self.building = self.changed = False
        self.signature = ""
        self.next_round = 0.0
        self.busy = self.has_rooms = False
        self.companion: Companion | None = None
        self.fault: Line | None = None
        self.takings: Takings | None = before.takings if before else None
        self._environ, self._base = environ, base
        self._report = _remembered(before)
        self._live = Live(self.folder / "var")
        self._title: Text = {}
        self._url, self._zone, self._currency, self._release, self._published = "", "UTC", "", "", 0
        self._given: tuple[int, tuple[str, ...]] = (-1, ())
        self._hot_until = 0.0
        self._stamp = self._look()

    def look(self) -> tuple[str, ...]:
        """Read what the shop says of itself now, and return the names that it would answer to; nothing is raised.

        Whatever is the matter with one shop stays its own: it is written down as what keeps that shop from running.
        """
        before = self.fault
        try:
            self._follow()
            self.fault = None
            return self._wanted()
        except SettingError as error:
            self.fault = Line(error=True, place=error.name, zh=error.why("zh"), en=error.why("en"))
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            self.fault = Line(error=True, place=self.name, zh=f"无法读取：{why}", en=f"It cannot be read: {why}")
            if self.fault != before:
                log.exception("a shop cannot be read")
        return self._own_names()

    def _follow(self) -> None:
        try:
            release = self._live.current()
        except NoReleaseError:
            return
        if release.id != self._release:
            terms = release.terms
            self._title, self._url = terms.name, terms.url
            self._zone, self._currency = terms.timezone, terms.currency
            self._release = release.id
            self._published = int((release.folder / "manifest.json").stat().st_mtime)
            self.has_rooms = release.has_rooms

    def _own_names(self) -> tuple[str, ...]:
        label = names.label(self.name)
        return (f"{label}{names.LOCAL}",) if label else ()

    def _wanted(self) -> tuple[str, ...]:
        """Return the host names that the shop would answer to; raise SettingError."""
        written = self._written()
        if written != self._given[0]:
            self._given = (-1, ())
            surroundings.of_shop(self.folder, (), "", self._environ)
            self._given = (written, surroundings.hosts_given(self.folder))
        told = names.host_of(self._url)
        return tuple(dict.fromkeys([*self._own_names(), *self._given[1], *([told] if told else [])]))

    @property
    def has_release(self) -> bool:
        """Tell whether the shop was ever published."""
        return bool(self._release)

    def settings(self) -> Settings:
        """Return the shop's settings; raise SettingError."""
        return surroundings.of_shop(self.folder, self.hosts, self.address, self._environ)

    @property
    def address(self) -> str:
        """Return where the shop is reached on this machine, or in production where its text says."""
        if self._environ.get(f"{environment.PREFIX}ENV") == Environment.PRODUCTION.value and self._url:
            return self._url
        local = next((host for host in self.hosts if host.endswith(names.LOCAL)), "")
        return self._base.format(host=local) if local else self._url

    def is_stale(self) -> bool:
        """Tell whether a build would change what is published."""
        return not freshness.is_fresh(self.folder)

    def is_overdue(self) -> bool:
        """Tell whether the hour of something published has come."""
        return freshness.is_overdue(self.folder, clock.now())

    def sign(self) -> bool:
        """Remember how the text is now; return whether it is another one than before."""
        before, self.signature = self.signature, freshness.signature([self.folder])
        return self.signature != before

    def take(self, report: Report, *, published: bool) -> None:
        """Remember what came of a build or a check."""
        self._report = report
        if published and report.release:
            self.changed = False

    def is_touched(self) -> bool:
        """Tell whether somebody else wrote to the shop's database since the last round."""
        return self._stamp != self._look()

    def note_written(self) -> None:
        """Note that what changed in the database until now is known: it was our own doing."""
        self._stamp = self._look()

    def note_round(self, now: float) -> None:
        """Note that the work of the shop was just done."""
        self.note_written()
        quiet = _SELDOM if self._stamp else _UNSEEN
        self.next_round = now + (_OFTEN if now < self._hot_until else quiet)

    def wake(self, now: float) -> None:
        """Let the shop's work be done at once, and often for a while."""
        self._hot_until = now + _HOT
        self.next_round = now

    def count(self, front: Shopfront, now: datetime) -> None:
        """Add up what came in lately, if something may have come in, or a new day began."""
        zone = ZoneInfo(self._zone)
        day = str(now.astimezone(zone).date())
        if self.takings is not None and self.takings.day == day and not self.is_touched():
            return
        days = front.database.read(lambda look: takings.by_day(look, self._currency, zone, _DAYS, now))
        self.takings = Takings(
            currency=self._currency,
            today=days[-1].amount,
            week=sum(each.amount for each in days),
            orders=sum(each.orders for each in days),
            day=day,
        )

    def shown(self) -> Shop:
        """Return what the board says of the shop."""
        return Shop(
            name=self.name,
            folder=str(self.folder),
            title=self._title,
            hosts=self.hosts,
            taken=self.taken,
            address=self.address,
            mark=self._mark(),
            release=self._release,
            published_at=self._published,
            stopped=self.stopped,
            building=self.building,
            changed=self.changed,
            errors=self._report.errors,
            warnings=self._report.warnings,
            problems=self._report.problems,
            fault=self.fault,
            takings=self.takings,
        )

    def _mark(self) -> str:
        """Return what changes with everything that a server opens the shop by."""
        told = f"{self.folder}\n{self.hosts}\n{self.address}\n{self._given[0]}"
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def _written(self) -> int:
        try:
            return (self.folder / "var" / environment.SECRETS).stat().st_mtime_ns
        except OSError:
            return 0

    def _look(self) -> tuple[int, ...]:
        found = []
        for name in ("shop.db", "shop.db-wal"):
            try:
                seen = (self.folder / "var" / name).stat()
            except OSError:
                continue
            found += [seen.st_mtime_ns, seen.st_size]
        return tuple(found)


def _remembered(before: Shop | None) -> Report:
    if before is None:
        return Report()
    return Report(errors=before.errors, warnings=before.warnings, problems=before.problems)
