"""Short links: each leads to one place of the shop for one channel, under a code that nobody can guess.

A link stores what it leads to and never an address: it cannot lead anywhere else, and goes on when pages move.
"""

import re
import secrets
from datetime import datetime
from enum import StrEnum

from generator.shop import Value
from runtime.database import Transaction

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No digit and letter of it look alike: codes are typed off posters, too."""
SIZE = 8
"""Letters of a code: 39 random bits."""
CODE = re.compile(f"[{ALPHABET}]{{{SIZE}}}")
PATH = "/s/"
CHANNELS = (
    "wechat", "moments", "weibo", "xiaohongshu", "douyin", "line", "whatsapp", "facebook", "instagram", "x", "email",
    "print", "person", "other",
)  # fmt: skip
"""Where a link is put; ``person`` is somebody who shares it, by the label."""
LONGEST_LABEL = 60
MOST_LINKS = 2000
"""So many links a shop keeps switched on."""
_TRIES = 5
_COLUMNS = "id, code, kind, target, locale, channel, label, made_by, made_at, off_at"


class Kind(StrEnum):
    """What a link leads to."""

    SHOP = "shop"
    PRODUCT = "product"
    SHELF = "shelf"
    PAGE = "page"
    ROOM = "room"
    PROMOTION = "promotion"


class Link(Value, frozen=True, kw_only=True):
    """A short link; ``target`` is a handle, or the id of a promotion, and empty for the shop itself."""

    id: int
    code: str
    kind: Kind
    target: str
    locale: str
    channel: str
    label: str = ""
    made_by: str = ""
    made_at: int = 0
    off_at: int | None = None

    @property
    def path(self) -> str:
        """Return its path on the shop's host."""
        return PATH + self.code


class New(Value, frozen=True, kw_only=True):
    """A link to be made."""

    kind: Kind
    target: str = ""
    locale: str
    channel: str
    label: str = ""


class TooManyError(Exception):
    """The shop has as many links as it keeps."""


def add(transaction: Transaction, new: New, actor: str, now: datetime) -> tuple[Link, bool]:
    """Return the link for this place, channel and label, and whether it was made just now; raise TooManyError."""
    known = _find_alike(transaction, new)
    if known is not None:
        return known, False
    row = transaction.find("SELECT COUNT(*) FROM share_link WHERE off_at IS NULL")
    if row and int(row[0]) >= MOST_LINKS:
        raise TooManyError
    for _ in range(_TRIES):
        code = "".join(secrets.choice(ALPHABET) for _ in range(SIZE))
        made = transaction.run(
            "INSERT INTO share_link (code, kind, target, locale, channel, label, made_by, made_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            code, str(new.kind), new.target, new.locale, new.channel, new.label, actor, int(now.timestamp()),
        )  # fmt: skip
        if made:
            return get(transaction, code), True
    raise TooManyError


def find(transaction: Transaction, code: str) -> Link | None:
    """Return a link by its code, or None."""
    if not CODE.fullmatch(code):
        return None
    row = transaction.find(f"SELECT {_COLUMNS} FROM share_link WHERE code = ?", code)  # noqa: S608  our own words
    return _link(row) if row else None


def get(transaction: Transaction, code: str) -> Link:
    """Return a link by its code; raise LookupError."""
    found = find(transaction, code)
    if found is None:
        raise LookupError(code)
    return found


def switch(transaction: Transaction, code: str, now: datetime, *, on: bool) -> bool:
    """Switch a link on or off; return whether that changed anything."""
    if on:
        return bool(transaction.run("UPDATE share_link SET off_at = NULL WHERE code = ? AND off_at IS NOT NULL", code))
    moment = int(now.timestamp())
    return bool(transaction.run("UPDATE share_link SET off_at = ? WHERE code = ? AND off_at IS NULL", moment, code))


def listing(transaction: Transaction, *, off: bool = False, limit: int = 100, before: int = 0) -> list[Link]:
    """Return links, the newest first; ``before`` is the id of the last one of the page before."""
    condition = f"off_at IS {'NOT ' if off else ''}NULL" + (" AND id < ?" if before else "")
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM share_link WHERE {condition} ORDER BY id DESC LIMIT ?",  # noqa: S608  our own words
        *((before,) if before else ()),
        limit,
    )
    return [_link(row) for row in rows]


def count_click(transaction: Transaction, link: int, day: str) -> None:
    """Count that a link was followed; ``day`` is by the shop's clock."""
    transaction.run(
        "INSERT INTO share_click (link_id, day, clicks) VALUES (?, ?, 1) "
        "ON CONFLICT (link_id, day) DO UPDATE SET clicks = share_click.clicks + 1",
        link,
        day,
    )


def _find_alike(transaction: Transaction, new: New) -> Link | None:
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM share_link WHERE kind = ? AND target = ? AND locale = ? AND channel = ? "  # noqa: S608
        "AND label = ? AND off_at IS NULL ORDER BY id LIMIT 1",
        str(new.kind), new.target, new.locale, new.channel, new.label,
    )  # fmt: skip
    return _link(row) if row else None


def _link(row: tuple[object, ...]) -> Link:
    identity, code, kind, target, locale, channel, label, made_by, made_at, off_at = row
    return Link(
        id=int(str(identity)), code=str(code), kind=Kind(str(kind)), target=str(target), locale=str(locale),
        channel=str(channel), label=str(label), made_by=str(made_by), made_at=int(str(made_at)),
        off_at=None if off_at is None else int(str(off_at)),
    )  # fmt: skip
