"""What a shop would lack without one of its products, shelves, pages or live rooms: who links to it."""

import msgspec

from generator.loading.draft import Draft
from generator.problems import Problem, Severity
from generator.rules import addresses, promoting, redirecting, references

_RULES = (
    references.files, references.pages, references.settings, references.promotions, promoting.named,
    promoting.about_something, addresses.menus, addresses.settings, addresses.texts, redirecting.redirects,
)  # fmt: skip
"""Rules that look at what one thing calls another by."""
_PLACES = {"product": "products", "shelf": "shelves", "page": "pages", "live": "rooms"}


def missed(draft: Draft, kind: str, handle: str) -> tuple[Problem, ...]:
    """Return the errors that the shop would have without a product, shelf, page or live room, and has not now."""
    known = {_key(each) for each in _told(draft)}
    found = {_key(each): each for each in _told(without(draft, kind, handle))}
    return tuple(each for key, each in found.items() if key not in known and each.severity is Severity.ERROR)


def without(draft: Draft, kind: str, handle: str) -> Draft:
    """Return a shop as it would be without one thing; a page goes with its translations."""
    place = _PLACES[kind]
    handles = {handle} | ({f"{handle}.{each}" for each in draft.ground.locales} if kind == "page" else set())
    kept = {name: each for name, each in getattr(draft, place).items() if name not in handles}
    gone = {each.file for each in draft.sources if each.kind == kind and each.handle in handles}
    return msgspec.structs.replace(
        draft,
        **{place: kept},
        sources=[each for each in draft.sources if each.file not in gone],
        results={file: each for file, each in draft.results.items() if file not in gone},
        stocked=None,
    )


def _told(draft: Draft) -> list[Problem]:
    return [each for rule in _RULES for each in rule(draft)]


def _key(problem: Problem) -> tuple[object, ...]:
    return (problem.code, problem.file, problem.path, problem.values.get("link", ""))
