"""The static layer: pages and files of the live release, straight from its manifest, before any view is asked.

An address is looked up in the manifest and nowhere else, so no path can lead out of the release. Answers are kept
ready in memory, one for each encoding, until another release is live.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from generator.releases.manifest import Entry
from runtime.live import networks
from runtime.releases import Release
from runtime.web import headers
from runtime.web.headers import Headers
from runtime.web.wsgi import Environ, StartResponse

KEEPS = 64 * 1024 * 1024
"""Bytes of ready answers a process keeps; beyond it starts again with none."""
_LARGE = 1024 * 1024
"""Files above this size are read from disk as they are sent."""
_CHUNK = 256 * 1024
NAMES = {"br": "br", "gz": "gzip"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_ROOM = re.compile(r"(?:/[A-Za-z-]{2,20})?/live/[^/]+/")
_REDIRECT_AGE = ("Cache-Control", "public, max-age=3600")


class Form(msgspec.Struct, frozen=True):
    """One encoding of one entry, ready to send. ``body`` is None where the file is sent piece by piece."""

    etag: str
    headers: Headers
    unchanged: Headers
    body: bytes | None
    file: str
    size: int
    ranges: bool


class Static:
    """Ready answers of one release; ``live`` are the origins that its live pages ask for pictures."""

    def __init__(
        self, release: Release, count: Callable[[int], None], live: tuple[str, ...] = (), *, keeps: int = KEEPS
    ) -> None:
        self.release = release
        self._most = keeps
        self.live = live
        network = networks.origin(release.terms.live.cdn)
        self._room = headers.Live((*live, network) if network else live)
        self._count = count
        self._ready: dict[tuple[str, tuple[str, ...]], Form] = {}
        self._kept = 0

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        """Answer a GET or HEAD of something the release has; None leaves the request to the views."""
        path = environ["PATH_INFO"]
        forms = accepted(environ.get("HTTP_ACCEPT_ENCODING", "")[:200])
        form = self._ready.get((path, forms)) or self._prepare(path, forms)
        if form is None:
            return self._redirect(path, environ, start_response)
        return send(form, environ, start_response, self._count)

    def _prepare(self, path: str, forms: tuple[str, ...]) -> Form | None:
        entry = self.release.find(decode(path))
        if entry is None:
            return None
        encoding = next((each for each in forms if each in entry.encodings), "")
        room = self._room if _ROOM.fullmatch(path) else None
        form = _form(self.release, entry, encoding, room)
        if form.body is not None:
            self._kept += len(form.body)
            if self._kept > self._most:
                self._ready, self._kept = {}, len(form.body)
            self._ready[path, forms] = form
        return form

    def _redirect(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        text = decode(path)
        known = self.release.redirects
        target = known.get(text) or (known.get(f"{text}/") if not text.endswith("/") else None)
        if target is None and not text.endswith("/") and self.release.has(text + "/"):
            target = text + "/"
        if target is None:
            return None
        address = quote(target, safe="/:?#[]@!$&'()*+,;=%~")
        query = environ.get("QUERY_STRING", "")
        if query and "?" not in address and query.isascii():
            address += "?" + quote(query, safe="/:?[]@!$&'()*+,;=%~")
        self._count(3)
        start_response("301 Moved Permanently", [("Location", address), ("Content-Length", "0"), _REDIRECT_AGE])
        return [b""]


def send(form: Form, environ: Environ, start_response: StartResponse, count: Callable[[int], None]) -> Iterable[bytes]:
    """Answer a GET or HEAD with a form: whole, in the part that is asked for, or not again."""
    secure = environ["wsgi.url_scheme"] == "https"
    if "HTTP_IF_NONE_MATCH" in environ and _matches(environ["HTTP_IF_NONE_MATCH"], form.etag):
        count(3)
        start_response("304 Not Modified", [*form.unchanged, headers.TRANSPORT] if secure else form.unchanged)
        return [b""]
    if form.ranges and "HTTP_RANGE" in environ:
        found = _part(environ, form, start_response, secure=secure)
        if found is not None:
            count(2)
            return found
    count(2)
    start_response("200 OK", [*form.headers, headers.TRANSPORT] if secure else form.headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return [b""]
    return [form.body] if form.body is not None else Slice(form.file, 0, form.size)


class Slice:
    """Some bytes of a file, piece by piece; the file is closed when the answer is over or given up."""

    def __init__(self, file: str, start: int, length: int) -> None:
        self._file: BinaryIO = Path(file).open("rb")  # noqa: SIM115  closed when the answer is over
        self._file.seek(start)
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        """Read on until all was sent."""
        while self._left > 0:
            piece = self._file.read(min(_CHUNK, self._left))
            if not piece:
                break
            self._left -= len(piece)
            yield piece
        self.close()

    def close(self) -> None:
        """Close the file; servers call this at the end of every answer."""
        self._file.close()


def decode(path: str) -> str:
    """Turn WSGI's bytes-as-Latin-1 into the text they mean; what is no UTF-8 means nothing and is found nowhere."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")


def _form(release: Release, entry: Entry, encoding: str, room: headers.Live | None) -> Form:
    file = release.place(entry, encoding)
    html = entry.type.startswith("text/html")
    size = Path(file).stat().st_size if encoding else entry.size
    etag = f'"{entry.blob[:32]}{"-" + encoding if encoding else ""}"'
    page = headers.page(entry.frame_src, entry.media_src, live=room)
    unchanged = page if html else headers.file(entry.type, immutable=entry.immutable)
    unchanged.append(("ETag", etag))
    if entry.encodings:
        unchanged.append(("Vary", "Accept-Encoding"))
    found = [("Content-Type", entry.type), ("Content-Length", str(size)), *unchanged]
    if encoding:
        found.append(("Content-Encoding", NAMES[encoding]))
    ranges = not html and not entry.encodings
    if ranges:
        found.append(("Accept-Ranges", "bytes"))
    body = Path(file).read_bytes() if size <= _LARGE else None
    return Form(etag, found, unchanged, body, file, size, ranges)


@lru_cache(maxsize=256)
def accepted(header: str) -> tuple[str, ...]:
    """Return the encodings that a client takes, best first: brotli before gzip unless the client says otherwise."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter.strip())
    other = weights.get("*", 0.0)
    known = {each: weights.get(name, other) for each, name in NAMES.items()}
    return tuple(sorted((each for each in known if known[each] > 0), key=lambda each: -known[each]))


def _weight(parameter: str) -> float:
    if not parameter.startswith("q="):
        return 1.0
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0


def _matches(header: str, etag: str) -> bool:
    return header == etag or header.strip() == "*" or etag in (part.strip(" W/") for part in header.split(","))


def _part(environ: Environ, form: Form, start_response: StartResponse, *, secure: bool) -> Iterable[bytes] | None:
    """Answer one range of a file; None when the header asks for none that we give, so that all of it is sent."""
    asked = _RANGE.fullmatch(environ["HTTP_RANGE"].strip())
    if asked is None or environ.get("HTTP_IF_RANGE", form.etag) != form.etag or asked.group() == "bytes=-":
        return None
    first, last = asked.groups()
    start = int(first) if first else max(form.size - int(last), 0)
    end = min(int(last), form.size - 1) if first and last else form.size - 1
    about: Headers = [*form.unchanged, headers.TRANSPORT] if secure else list(form.unchanged)
    if start > end:
        start_response(
            "416 Range Not Satisfiable", [*about, ("Content-Range", f"bytes */{form.size}"), ("Content-Length", "0")]
        )
        return [b""]
    length = end - start + 1
    about += [item for item in form.headers if item[0] in {"Content-Type", "Accept-Ranges"}]
    about += [("Content-Range", f"bytes {start}-{end}/{form.size}"), ("Content-Length", str(length))]
    start_response("206 Partial Content", about)
    if environ["REQUEST_METHOD"] == "HEAD":
        return [b""]
    return [form.body[start : end + 1]] if form.body is not None else Slice(form.file, start, length)
