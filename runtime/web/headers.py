"""The headers that protect a page, and the few rules for caching it."""

from collections.abc import Iterable
from typing import NamedTuple

Headers = list[tuple[str, str]]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
    "manifest-src": "'self'",
}
_DRAWING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""For an SVG that is opened by itself: it may be drawn, and nothing else."""
_FEATURES = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
    "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_FOR_SENDING = frozenset({"camera", "display-capture", "microphone"})
PIECES = "blob:"
"""What a player hands its video as, when it puts it together itself."""
TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
PRIVATE = "no-store"


class Live(NamedTuple):
    """What a page of a live room may do besides: ask the room's daemon, and use the camera where it sends pictures."""

    origins: tuple[str, ...] = ()
    sends: bool = False


def policy(
    frames: Iterable[str] = (), *, actions: Iterable[str] = (), media: Iterable[str] = (), live: Live | None = None
) -> str:
    """Return the Content-Security-Policy of a page: no inline code, only our own files, and the frames it names.

    Where a page makes its picture of pieces (``blob:``), it fetches them from where it may play from.
    """
    parts = dict(_POLICY)
    played = tuple(dict.fromkeys((*media, *(live.origins if live else ()))))
    parts["form-action"] = " ".join((parts["form-action"], *actions))
    parts["media-src"] = " ".join((parts["media-src"], *played))
    if live is not None or PIECES in played:
        parts["connect-src"] = " ".join((parts["connect-src"], *(each for each in played if each != PIECES)))
        parts["worker-src"] = f"'self' {PIECES}"
    listed = tuple(frames)
    if listed:
        parts["frame-src"] = " ".join(listed)
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def page(
    frames: Iterable[str] = (), media: Iterable[str] = (), *, private: bool = False, live: Live | None = None
) -> Headers:
    """Return the protecting headers of an HTML page; a private one tells other sites nothing and is kept nowhere."""
    allowed = _FOR_SENDING if live is not None and live.sends else frozenset()
    permissions = ", ".join(f"{feature}=({'self' if feature in allowed else ''})" for feature in _FEATURES)
    return [
        ("Content-Security-Policy", policy(frames, media=media, live=live)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin" if private else "strict-origin-when-cross-origin"),
        ("Permissions-Policy", permissions),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Cache-Control", PRIVATE if private else ASK_AGAIN),
    ]


def file(media_type: str, *, immutable: bool) -> Headers:
    """Return the headers of a file that is no page."""
    found = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", FOREVER if immutable else ASK_AGAIN)]
    if media_type.startswith("image/svg"):
        found.append(("Content-Security-Policy", _DRAWING))
    return found
