"""What live rooms write, sent from below ``var/rooms`` beside the static layer: state, chat, segments, replays.

Only names that a room may have are looked up, only of rooms that the live release has, and only in the folders of
broadcasts that everybody may see: a practice, a recording that is kept for the record, a half-written file or a link
is never found. nginx may send the same files by the same names.
"""

import gzip
import os
import re
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path

import brotli

from runtime.releases import Release
from runtime.web import static
from runtime.web.headers import FOREVER, Headers
from runtime.web.static import Form
from runtime.web.wsgi import Environ, StartResponse

BEFORE = "/live/"
_NAMES = re.compile(
    r"/live/([^/]+)/(?:(room\.json)|(chat/\d{1,9}\.json|\d{1,6}/(?:\d{1,9}(?:\.\d{1,4})?\.m4s|init\d{1,9}\.mp4))|"
    r"(\d{1,6}/(?:vod\.m3u8|chapters\.vtt|chapters\.json|replay\.mp4)))",
    re.ASCII,
)
TYPES = {
    ".json": "application/json",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".vtt": "text/vtt; charset=utf-8",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
}
_TEXTS = {".json", ".m3u8", ".vtt"}
_SECOND = "public, max-age=1"
_MINUTE = "public, max-age=60"
_LARGE = 1024 * 1024
"""Bytes above which a file is read as it is sent."""
_LARGEST_TEXT = 8 * 1024 * 1024
_WORTH_PACKING = 860
KEEPS = 16 * 1024 * 1024
"""Bytes of ready texts a process keeps, those read last."""
_NOTHING = b'{"error": "not found"}'
_Key = tuple[str, str]
_Seen = tuple[int, int, int]


class LiveFiles:
    """Sends files of live rooms; texts are kept ready and looked at again with every request."""

    def __init__(self, root: Path, count: Callable[[int], None], *, keeps: int = KEEPS) -> None:
        self._most = keeps
        self._root = os.path.realpath(root)
        self._count = count
        self._guard = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[_Seen, Form]] = OrderedDict()
        self._bytes = 0

    def answer(self, environ: Environ, start_response: StartResponse, release: Release) -> Iterable[bytes] | None:
        """Answer a GET or HEAD of a room's file; None leaves the request to the pages and views."""
        path = static.decode(environ["PATH_INFO"])
        named = _NAMES.fullmatch(path)
        if named is None:
            return None
        handle, state, forever, replay = named.groups()
        form = None
        if release.has(f"{BEFORE}{handle}/"):
            caching = _SECOND if state else FOREVER if forever else _MINUTE
            accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
            form = self._find(f"{handle}/{state or forever or replay}", accepted[:200], caching)
        if form is None:
            return self._nothing(environ, start_response)
        return static.send(form, environ, start_response, self._count)

    def _find(self, name: str, accepted: str, caching: str) -> Form | None:
        """Return a file's answer, or None where there is no such file."""
        file = f"{self._root}/{name}"
        try:
            found = os.stat(file, follow_symlinks=False)  # noqa: PTH116  asked on every request: half the price of Path's
            if not stat.S_ISREG(found.st_mode):
                return None
            ending = file[file.rindex(".") :]
            if ending not in _TEXTS or found.st_size > _LARGEST_TEXT:
                return _media(file, ending, caching) if os.path.realpath(file) == file else None
            encoding = next(iter(static.accepted(accepted)), "") if found.st_size >= _WORTH_PACKING else ""
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            kept = self._kept.get((name, encoding))
            if kept is not None and kept[0] == seen:
                return kept[1]
            if os.path.realpath(file) != file:
                return None
            form = _text(file, ending, encoding, caching)
        except OSError:
            return None
        self._keep((name, encoding), seen, form)
        return form

    def _keep(self, key: _Key, seen: _Seen, form: Form) -> None:
        with self._guard:
            before = self._kept.pop(key, None)
            self._bytes += len(form.body or b"") - (len(before[1].body or b"") if before else 0)
            self._kept[key] = (seen, form)
            while self._bytes > self._most and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1][1].body or b"")

    def _nothing(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Say so in a few bytes: viewers ask every second or two, and a page of the theme is dear."""
        self._count(4)
        start_response(
            "404 Not Found",
            [
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(_NOTHING))),
                ("Cache-Control", _SECOND),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else _NOTHING]


def _text(file: str, ending: str, encoding: str, caching: str) -> Form:
    with Path(file).open("rb") as opened:
        found = os.fstat(opened.fileno())
        body = opened.read(_LARGEST_TEXT)
    if encoding:
        body = brotli.compress(body, quality=5) if encoding == "br" else gzip.compress(body, 5, mtime=0)
    unchanged, whole = _about(found, ending, caching, encoding)
    whole.append(("Content-Length", str(len(body))))
    if encoding:
        whole.append(("Content-Encoding", static.NAMES[encoding]))
    return Form(unchanged[-1][1], whole, unchanged, body, file, len(body), ranges=False)


def _media(file: str, ending: str, caching: str) -> Form:
    with Path(file).open("rb") as opened:
        found = os.fstat(opened.fileno())
        body = opened.read() if found.st_size <= _LARGE else None
    size = found.st_size if body is None else len(body)
    unchanged, whole = _about(found, ending, caching)
    whole += [("Content-Length", str(size)), ("Accept-Ranges", "bytes")]
    return Form(unchanged[-1][1], whole, unchanged, body, file, size, ranges=True)


def _about(found: os.stat_result, ending: str, caching: str, encoding: str = "") -> tuple[Headers, Headers]:
    """Return the headers of what a client has already, the validator last, and those of the whole."""
    etag = f'"{found.st_mtime_ns:x}-{found.st_size:x}{"-" + encoding if encoding else ""}"'
    unchanged: Headers = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", caching)]
    if ending in _TEXTS:
        unchanged.append(("Vary", "Accept-Encoding"))
    unchanged.append(("ETag", etag))
    return unchanged, [("Content-Type", TYPES[ending]), *unchanged]
