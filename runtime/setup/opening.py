"""The shop is opened, once: files are put in place whole, shop.yaml last; a kill leaves a draft or a whole shop.

Before shop.yaml there is no shop, and the wizard goes on where it was; from then on there is one, and ``serve`` builds
it if nobody did. What stands in the folder and is not the wizard's own is never written over.
"""

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

import msgspec

from generator import files
from generator.build import Wish, build
from generator.check import Checked, check
from generator.problems import Problem, Severity
from generator.shop import Value
from generator.source.inventory import SHOP
from runtime import database, settings
from runtime.access import lodge
from runtime.access.sessions import Place
from runtime.setup import owner, staging, steps
from runtime.setup.answers import Answers
from runtime.setup.draft import Draft

_JOURNAL = "placed.json"


class UnreadyError(Exception):
    """Something that is required was not answered."""


class RefusedError(Exception):
    """The shop that was written does not pass the check, or a file of somebody else is in its place."""

    def __init__(self, problems: tuple[Problem, ...] = (), taken: str = "") -> None:
        super().__init__(taken or ", ".join(each.code for each in problems))
        self.problems = problems
        self.taken = taken


class Opened(Value, frozen=True, kw_only=True):
    """What came of it; ``session`` is the key of the owner's session, empty when somebody opened it before."""

    session: str = ""
    release: str = ""


def open_shop(draft: Draft, place: Place, now: datetime) -> Opened:
    """Write the shop, make its owner, build and publish it, and forget the draft; the second call does nothing.

    Raises UnreadyError, RefusedError, OSError.
    """
    before = draft.read()
    with draft.alone():
        if staging.is_whole(draft.root):
            draft.forget()
            return Opened(session=_enter(draft.root, before, place, now) if before.contact else "")
        answers = draft.read()
        if steps.find_open(answers) is not None:
            raise UnreadyError
        staged = draft.folder / "shop"
        names = staging.write(draft, answers, staged)
        checked = check(staged, cache=False)
        if checked.shop is None:
            raise RefusedError(_errors(checked))
        session = _enter(draft.root, answers, place, now)
        _place(draft, staged, names)
        release = publish(draft.root, now)
        draft.forget()
    return Opened(session=session, release=release)


def publish(root: Path, now: datetime) -> str:
    """Build what was written and make it live; return the release, empty when it has problems."""
    wish = Wish(now=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return build(root, wish).release


def _errors(checked: Checked) -> tuple[Problem, ...]:
    return tuple(each for each in checked.problems if each.severity is Severity.ERROR)


def _enter(root: Path, answers: Answers, place: Place, now: datetime) -> str:
    """Make the database and the owner's account, and sign them in."""
    found = settings.read(root)
    connected = database.open(found, upgrade=True)
    try:
        office = lodge.of(found, connected)
        return owner.begin(office, owner.make(office, answers, now), place, now)
    finally:
        connected.close()


def _place(draft: Draft, staged: Path, names: list[str]) -> None:
    """Put every file where it belongs, shop.yaml last; what a run before this one placed is placed again."""
    journal = draft.folder / _JOURNAL
    ours = _placed(journal)
    for name in names:
        if name not in ours and (draft.root / name).exists():
            raise RefusedError(taken=name)
    files.atomic_write(journal, msgspec.json.encode(names), mode=0o600)
    for left in sorted(ours - set(names)):
        (draft.root / left).unlink(missing_ok=True)
    for folder in sorted({str(Path(name).parent) for name in names} | {"media"}):
        files.make_folder(draft.root, folder)
    for name in names:
        if name != SHOP:
            files.replace(draft.root / name, (staged / name).read_bytes(), durable=False)
    files.sync(draft.root)
    files.replace(draft.root / SHOP, (staged / SHOP).read_bytes())
    shutil.rmtree(staged, ignore_errors=True)


def _placed(journal: Path) -> frozenset[str]:
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        return frozenset(msgspec.json.decode(journal.read_bytes(), type=list[str]))
    return frozenset()
