"""Files that stand where they should not, and translations of pages."""

from collections.abc import Iterator

from generator.loading.assembly import translation
from generator.loading.draft import Draft, at
from generator.problems import Problem


def strays(draft: Draft) -> Iterator[Problem]:
    """Everything in the folders of a shop is read, or is told about."""
    for each in draft.strays:
        yield at(each.file, each.code, suggestion=each.meant or None)


def translations(draft: Draft) -> Iterator[Problem]:
    """``about.en.md`` translates ``about.md``, into a language of the shop that is not its first."""
    for handle in draft.pages:
        found = translation(handle, draft)
        if found is None:
            yield from _missing(handle, draft)
            continue
        _, locale = found
        if locale not in draft.ground.locales[1:]:
            others = ", ".join(draft.ground.locales[1:]) or "–"
            yield at(draft.file("page", handle), "page-language", locale=locale, known=others)


def _missing(handle: str, draft: Draft) -> Iterator[Problem]:
    for locale in draft.ground.locales[1:]:
        if f"{handle}.{locale}" not in draft.pages and draft.pages[handle].body[draft.ground.locale].strip():
            yield draft.at(
                "page", handle, "page-untranslated", ("body",), locale=locale, wanted=f"pages/{handle}.{locale}.md"
            )
