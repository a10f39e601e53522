"""The player of live pictures: it came with the package, and only shops with a room that needs it hand it out."""

import errno
from pathlib import Path

from generator.shop import LiveRoom, Shop

FOLDER = Path(__file__).resolve().parents[1] / "player"
FILES = ("hls.js", "hls.license.txt")


class MissingPlayerError(FileNotFoundError):
    """The player was not fetched when Shopwright was installed."""

    def __init__(self) -> None:
        text = "the player of live pictures is missing: install Shopwright again, so that its build fetches it"
        super().__init__(errno.ENOENT, text, str(FOLDER / FILES[0]))


def is_needed(room: LiveRoom) -> bool:
    """Tell whether a room's pictures are played by our own page and come in pieces."""
    return room.source.kind == "broadcast" or room.source.provider == "hls"


def assets(shop: Shop) -> dict[str, bytes]:
    """Return the player and its licence, where a room of the shop needs them; raise MissingPlayerError."""
    if not any(is_needed(room) for room in shop.rooms.values()):
        return {}
    try:
        return {name: (FOLDER / name).read_bytes() for name in FILES}
    except FileNotFoundError as error:
        raise MissingPlayerError from error
