"""Redirects: from a path of the shop, to somewhere else, in one step, and never round in a circle."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from generator.loading.assembly import translation
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.rules.addresses import ODD, Checker
from generator.shop import ProductStatus
from generator.theming import templates

_MOST_STEPS = 50


def redirects(draft: Draft) -> Iterator[Problem]:
    """Redirects begin at a path without a page, and lead to something in one step."""
    checker = Checker(draft)
    listed = {old: str(new) for old, new in _listed(draft.tree)}
    if not listed:
        return
    own = _pages(draft)
    ways = {old: way(new, draft.ground.url) for old, new in listed.items() if old not in own}
    for old, new in listed.items():
        path = ("redirects", old)
        odd = not old.startswith("/") or ODD.search(old) or ".." in old.split("/") or "?" in old or "#" in old
        if odd:
            yield in_shop("redirect-form", path, old=old)
        found = checker.problem("shop.yaml", path, new)
        if found:
            yield found
        elif old in own:
            yield in_shop("redirect-hidden", path, old=old)
        elif not odd:
            yield from _followed(old, listed, ways)


def way(target: str, base: str = "") -> str:
    """Return the path of the shop that a redirect's target is; empty for one that is elsewhere."""
    kind, colon, handle = target.partition(":")
    if colon and kind in templates.KINDS:
        return templates.address("", kind, handle.partition("#")[0])
    try:
        parts = urlsplit(target)
        ours = not parts.netloc or (bool(base) and parts.netloc == urlsplit(base).netloc)
    except ValueError:
        return ""
    return unquote(parts.path) if ours else ""


def _listed(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    listed = tree.get("redirects") or {}
    yield from ((old, new) for old, new in listed.items() if not old.startswith("x-"))


def _followed(old: str, listed: Mapping[str, str], ways: Mapping[str, str]) -> Iterator[Problem]:
    """Give a problem where a redirect leads to a further one, or back to where it began."""
    seen, now = [old], old
    for _ in range(_MOST_STEPS):
        after = _next(ways[now], ways)
        if after is None:
            break
        if after == old:
            yield in_shop("redirect-loop", ("redirects", old), old=old, way=" → ".join([*seen, old]))
            return
        if after in seen:
            return  # The circle is told where it is.
        seen.append(after)
        now = after
    if now != old:
        end = listed[now]
        yield in_shop("redirect-chain", ("redirects", old), suggestion=end, old=old, new=listed[old], end=end)


def _next(path: str, ways: Mapping[str, str]) -> str | None:
    return next((each for each in (path, f"{path}/") if path and each in ways), None)


def _pages(draft: Draft) -> set[str]:
    """Return the addresses at which the shop has pages, in all its languages."""
    texts = [handle for handle in draft.pages if translation(handle, draft) is None]
    sold = [handle for handle, each in draft.products.items() if each.status is not ProductStatus.DRAFT]
    kinds = {"product": sold, "shelf": draft.shelves, "page": texts, "live": draft.rooms}
    prefixes = ["", *(f"/{each}" for each in draft.ground.locales[1:])]
    found = {f"{prefix}/" for prefix in prefixes}
    for prefix in prefixes:
        found |= {templates.address(prefix, kind, handle) for kind, handles in kinds.items() for handle in handles}
    return found
