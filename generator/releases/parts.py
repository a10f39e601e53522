"""A part is one file of a release that is no page."""

from collections.abc import Callable

import msgspec


class Part(msgspec.Struct, frozen=True):
    """One file of a release: ``digest`` is the SHA-256 of what ``read`` gives; ``immutable`` addresses have it."""

    url: str
    type: str
    size: int
    digest: str
    read: Callable[[], bytes]
    immutable: bool
