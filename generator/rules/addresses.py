"""Links: in menus, settings and Markdown they lead somewhere and cannot run anything."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from generator.display.links import in_text
from generator.loading.draft import Draft, at
from generator.problems import Problem
from generator.rules.references import Names, layouts
from generator.theming.sections import Setting

_SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "weixin"})
_KINDS = frozenset({"product", "shelf", "page", "live"})
_FOLDERS = {"products": "product", "shelves": "shelf", "pages": "page", "live": "live"}
_OWN = re.compile(
    r"/(search|cart|checkout|orders|pay|seller|api|healthz|lookup|assets|media|feeds?)?(/.*)?|/[\w.-]+\.(xml|txt|json|webmanifest)"
)
ODD = re.compile(r"[\x00-\x20\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Characters that no address is written with."""
_ODR = re.compile(r"ec\.europa\.eu/(consumers/odr|odr)", re.IGNORECASE)


class Checker:
    """Knows which addresses a shop has."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._names = Names(draft)

    def problem(self, file: str, path: tuple[str | int, ...], link: str) -> Problem | None:
        """Return what is wrong with a link, if anything is."""
        plain = ODD.sub("", unicodedata.normalize("NFKC", unquote(link)))
        scheme = plain.partition(":")[0].casefold() if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", plain) else ""
        if scheme in _KINDS:
            return self._handle(file, path, link, scheme)
        if scheme and scheme not in _SCHEMES:
            return at(file, "unsafe-link", path, link=link, scheme=scheme)
        if ODD.search(link) or _ODR.search(link):
            return at(file, "link-form" if ODD.search(link) else "odr-link", path, link=link)
        if scheme in {"http", "https"} or link.startswith(("//", "\\")):
            return self._address(file, path, link)
        if scheme or link.startswith(("#", "?")):
            return None
        return self._path(file, path, link)

    def _address(self, file: str, path: tuple[str | int, ...], link: str) -> Problem | None:
        try:
            good = bool(urlsplit(link).hostname) and "\\" not in link and not link.startswith("//")
        except ValueError:
            good = False
        return None if good else at(file, "link-form", path, link=link)

    def _handle(self, file: str, path: tuple[str | int, ...], link: str, kind: str) -> Problem | None:
        name = link.partition(":")[2].partition("#")[0]
        if not self._names.missing(kind, name):
            return None
        guess = self._names.guess(kind, name)
        return at(file, "dead-link", path, link=link, suggestion=f"{kind}:{guess}" if guess else None)

    def _path(self, file: str, path: tuple[str | int, ...], link: str) -> Problem | None:
        plain = unquote(re.split(r"[?#]", link, maxsplit=1)[0])
        if not plain.startswith("/"):
            return at(file, "link-form", path, link=link, suggestion=self._meant(plain))
        parts = [part for part in plain.split("/") if part]
        if parts and parts[0] in self._draft.ground.locales[1:]:
            parts = parts[1:]
        if len(parts) >= 2 and parts[0] in _FOLDERS:  # noqa: PLR2004  /shelves/<handle>
            kind = _FOLDERS[parts[0]]
            if not self._names.missing(kind, parts[1]):
                return None
            guess = self._names.guess(kind, parts[1])
            return at(file, "dead-link", path, link=link, suggestion=f"{kind}:{guess}" if guess else None)
        if not parts or _OWN.fullmatch("/" + "/".join(parts)) or plain in self._draft.shop.redirects:
            return None
        return at(file, "dead-link", path, link=link, suggestion=self._meant(plain))

    def _meant(self, plain: str) -> str | None:
        """Guess the handle meant by ``about.md``, ``/about`` or ``pages/about``."""
        name = plain.rstrip("/").rpartition("/")[2].removesuffix(".md").removesuffix(".html")
        return next(
            (f"{kind}:{name}" for kind in ("page", "shelf", "product", "live") if not self._names.missing(kind, name)),
            None,
        )


def menus(draft: Draft) -> Iterator[Problem]:
    """Entries of menus lead somewhere."""
    checker = Checker(draft)
    menu = draft.tree.get("menu") or {}
    for place in ("header", "footer"):
        yield from _menu(checker, menu.get(place) or (), ("menu", place))


def _menu(checker: Checker, items: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:  # noqa: ANN401  a list of entries
    for index, item in enumerate(items):
        link = item.get("link")
        found = checker.problem("shop.yaml", (*path, index, "link"), link) if link else None
        if found:
            yield found
        yield from _menu(checker, item.get("items") or (), (*path, index, "items"))


def settings(draft: Draft) -> Iterator[Problem]:
    """Links and Markdown in the settings of the theme, its sections and its blocks lead somewhere."""
    checker = Checker(draft)
    own = draft.tree.get("theme", {}).get("settings") or {}
    yield from _settings(checker, own, draft.offer.settings, ("theme", "settings"))
    for _, path, listed in layouts(draft.tree):
        for index, section in enumerate(listed):
            known = draft.offer.sections.get(section.get("section", ""))
            if known is None:
                continue
            yield from _settings(checker, section, known.settings, (*path, index))
            for number, block in enumerate(section.get("blocks") or ()):
                sidecar = draft.offer.blocks.get(block.get("block", ""))
                if sidecar is not None:
                    yield from _settings(checker, block, sidecar.settings, (*path, index, "blocks", number))


def _settings(
    checker: Checker, tree: Mapping[str, Any], known: tuple[Setting, ...], path: tuple[str | int, ...]
) -> Iterator[Problem]:  # fmt: skip
    for setting in known:
        value = tree.get(setting.id)
        if setting.type == "link" and isinstance(value, str):
            found = checker.problem("shop.yaml", (*path, setting.id), value)
            if found:
                yield found
        elif setting.type == "markdown" and value is not None:
            yield from _markdown(checker, value, (*path, setting.id))


def _markdown(checker: Checker, value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:  # noqa: ANN401  a text
    texts = value.items() if isinstance(value, Mapping) else [(None, value)]
    for locale, text in texts:
        for each in in_text(str(text), path if locale is None else (*path, locale)):
            if each.picture:
                continue
            found = checker.problem("shop.yaml", each.path, each.link)
            if found:
                yield found


def texts(draft: Draft) -> Iterator[Problem]:
    """Links in the Markdown of products, shelves, pages and live rooms lead somewhere."""
    checker = Checker(draft)
    for result in draft.results.values():
        for each in result.links:
            if each.picture:
                continue
            found = checker.problem(result.file, each.path, each.link)
            if found:
                yield found
