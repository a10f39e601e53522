"""What is wrong with a rendered page: links that lead nowhere, pictures without words, structured data that is none."""

import re
from collections.abc import Collection
from urllib.parse import unquote

import msgspec

from generator.problems import Mark, Problem
from generator.releases import structured

_LINK = re.compile(r'="(/[^" ]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r"\salt(?:=|\s|>)")
_DATA = '<script type="application/ld+json">'
_LIVING = ("cart", "checkout", "search", "orders", "pay", "api", "console", "setup", "healthz", "metrics", "withdraw")
_ROOM = re.compile(r"(.*/live/[^/]+?)(?:\.ics|\.m3u8|/remind|/\d+/replay\.mp4)")
"""What the runtime answers beside the page of a live room."""


class Inspector:
    """Looks at rendered pages; ``known`` are all static addresses of the release."""

    def __init__(self, known: Collection[str], prefixes: Collection[str]) -> None:
        self.known = known
        self.good: set[str] = set()
        self.living = tuple(f"{prefix}/{place}" for prefix in sorted(prefixes) for place in _LIVING)

    def problems(self, html: str, url: str, template: str, written: Collection[str] = ()) -> list[Problem]:
        """Return what is wrong with one page; ``written`` are the documents that its template was given."""
        found = []
        sound = [each for each in written if isinstance(each, structured.Sound)]
        links = set(_LINK.findall(html)) - self.good
        for link in sorted(links):
            if self._leads_somewhere(link):
                self.good.add(link)
            else:
                found.append(_problem("page-link-broken", template, url, link=link))
        bare = [image for image in _IMAGE.findall(html) if not _ALT.search(image)]
        found += [_problem("page-picture-without-alt", template, url, tag=image[:200]) for image in bare]
        for data in html.split(_DATA)[1:]:
            text = data.partition("</script>")[0]
            reason = "" if text in sound else _broken_data(text)
            if reason:
                found.append(_problem("page-data-broken", template, url, reason=reason))
        return found

    def _leads_somewhere(self, link: str) -> bool:
        path = unquote(link.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].replace("&amp;", "&"))
        if path in self.known or path.startswith(self.living) or link.startswith("//"):
            return True
        room = _ROOM.fullmatch(path)
        return room is not None and f"{room[1]}/" in self.known


def open_tag(text: str) -> str:
    """Return the tag that a fragment begins and its page ends: it is looked at together with that end."""
    start = text.rfind("<")
    return text[start:] if start > text.rfind(">") else ""


def _broken_data(text: str) -> str:
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        return str(error)
    if not isinstance(data, dict) or not ("@type" in data or "@graph" in data):
        return "no @type"
    if data.get("@context") not in {"https://schema.org", "https://schema.org/"}:
        return "no @context"
    lacking = next(structured.missing(data), "")
    return f"{lacking} is missing" if lacking else ""


def _problem(code: str, template: str, url: str, **values: str) -> Problem:
    return Problem(code=code, file=template, mark=Mark(1, 1), values={"url": url, **values})
