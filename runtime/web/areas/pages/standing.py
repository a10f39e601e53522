"""The pages of text as the shop's text has them now: in which languages, published or not, and when they changed."""

from datetime import UTC, datetime

from generator.loading.assembly import translation
from generator.loading.draft import Draft
from generator.problems import Severity
from generator.theming import templates
from generator.value import Value
from runtime.web.areas import shell, shop_text, targets
from runtime.web.areas.shop_text import ShopText
from runtime.web.visit import visit

HOME = "/console/pages"
TONES = {"published": "good", "changed": "info", "draft": "warn", "broken": "bad"}


class Standing(Value, frozen=True, kw_only=True):
    """One page: its title and address, the languages with a text of their own, where it stands, its last change."""

    handle: str
    title: str
    address: str
    languages: tuple[tuple[str, bool], ...]
    state: str
    changed: datetime

    @property
    def url(self) -> str:
        """Return where it is edited."""
        return f"{HOME}/{self.handle}"


def all_pages(text: ShopText) -> list[Standing]:
    """Return all pages in the order of their names; those that cannot be read come first."""
    draft = shop_text.draft(text)
    whole = [handle for handle in draft.pages if translation(handle, draft) is None]
    known = set(draft.pages)
    broken = [each.handle for each in draft.sources if each.kind == "page" and each.handle not in known]
    return [_standing(handle, text, draft) for handle in (*sorted(broken), *sorted(whole))]


def files(handle: str, text: ShopText) -> tuple[str, ...]:
    """Return the files of a page: its own, and those of its translations."""
    names = [f"pages/{handle}.md", *(f"pages/{handle}.{locale}.md" for locale in text.base.locales[1:])]
    return tuple(name for name in names if (text.folder / name).is_file())


def title(handle: str, text: ShopText) -> str:
    """Return what a page is called, or its handle."""
    found = shop_text.draft(text).pages.get(handle)
    return (targets.title(found.title, shell.locale()) if found else "") or handle


def taken(text: ShopText) -> set[str]:
    """Return the handles that a new page cannot have."""
    return {each.handle for each in shop_text.draft(text).sources if each.kind == "page"}


def _standing(handle: str, text: ShopText, draft: Draft) -> Standing:
    changed = max(((text.folder / name).stat().st_mtime for name in files(handle, text)), default=0.0)
    locales = text.base.locales
    return Standing(
        handle=handle, title=title(handle, text), address=templates.address("", "page", handle),
        languages=tuple((each, each == locales[0] or f"{handle}.{each}" in draft.pages) for each in locales),
        state=_state(handle, text, draft, changed), changed=datetime.fromtimestamp(changed, UTC),
    )  # fmt: skip


def _state(handle: str, text: ShopText, draft: Draft, changed: float) -> str:
    wrong = [draft.results[file] for file in files(handle, text) if file in draft.results]
    if any(each.severity is Severity.ERROR for result in wrong for each in result.problems):
        return "broken"
    release = visit().release
    if not release.has(templates.address("", "page", handle)):
        return "draft"
    if shop_text.is_published(text.folder):
        return "published"
    return "changed" if changed > (release.folder / "manifest.json").stat().st_mtime else "published"
