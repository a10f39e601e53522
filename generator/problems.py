"""A problem is a merchant's mistake: data with a place and a way out, collected and never raised."""

from enum import StrEnum
from typing import Any

import msgspec


class Severity(StrEnum):
    """Errors stop a build, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


class Mark(msgspec.Struct, frozen=True):
    """A place in a file: line and column from 1, in characters; ``end`` is the column after the last one."""

    line: int
    column: int
    end: int | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake. ``file`` is relative to the shop folder, ``path`` leads to the value (``variants``, 2, ``price``).

    ``code`` is stable and has its messages in zh and en in the catalogue of messages; ``values`` fill those messages.
    ``suggestion`` is the nearest good value; ``related`` is a second place, such as the first of two duplicates.
    """

    code: str
    file: str
    mark: Mark | None = None
    path: tuple[str | int, ...] = ()
    severity: Severity = Severity.ERROR
    values: dict[str, Any] = {}
    suggestion: str | None = None
    related: tuple[str, Mark | None] | None = None
