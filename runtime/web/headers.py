"""The headers that protect a page, and the few rules for caching it."""

from collections.abc import Iterable

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
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
_DRAWING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""For an SVG that is opened by itself: it may be drawn, and nothing else."""
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
        "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
PRIVATE = "no-store"


def policy(frames: Iterable[str] = (), *, actions: Iterable[str] = (), media: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page: no inline code, only our own files, and the frames it names."""
    parts = dict(_POLICY)
    parts["form-action"] = " ".join((parts["form-action"], *actions))
    parts["media-src"] = " ".join((parts["media-src"], *media))
    listed = tuple(frames)
    if listed:
        parts["frame-src"] = " ".join(listed)
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def page(frames: Iterable[str] = (), media: Iterable[str] = (), *, private: bool = False) -> Headers:
    """Return the protecting headers of an HTML page; a private one tells other sites nothing and is kept nowhere."""
    return [
        ("Content-Security-Policy", policy(frames, media=media)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin" if private else "strict-origin-when-cross-origin"),
        ("Permissions-Policy", _PERMISSIONS),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", PRIVATE if private else ASK_AGAIN),
    ]


def file(media_type: str, *, immutable: bool) -> Headers:
    """Return the headers of a file that is no page."""
    found = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", FOREVER if immutable else ASK_AGAIN)]
    if media_type.startswith("image/svg"):
        found.append(("Content-Security-Policy", _DRAWING))
    return found
