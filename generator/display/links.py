"""Links that stand in the texts of a shop."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.shop import Value

_CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"(?P<mark>!?)\[[^\]\[\n]*\]\(\s*<?([^)\s>]+)|\)\]\(\s*<?([^)\s>]+)|^\s{0,3}\[[^\]\n]+\]:\s*<?([^\s>]+)"
    r"|<((?:https?|ftp|javascript|data|vbscript|mailto|tel):[^>\s]+)>",
    re.MULTILINE | re.IGNORECASE,
)
_MARKDOWN = {"product": ("description",), "shelf": ("description",), "page": ("body",), "live": ("notice",)}


class Link(Value, frozen=True, kw_only=True):
    """A link and the path of the text it stands in."""

    path: tuple[str | int, ...]
    link: str
    picture: bool = False


def links(kind: str, tree: Any) -> Iterator[Link]:  # noqa: ANN401  a checked document
    """Find the links in the Markdown texts of a document of a kind."""
    for key in _MARKDOWN.get(kind, ()):
        value = tree.get(key)
        if isinstance(value, Mapping):
            for locale, text in value.items():
                yield from in_text(str(text), (key, locale))
        elif isinstance(value, str):
            yield from in_text(value, (key,))


def in_text(text: str, path: tuple[str | int, ...]) -> Iterator[Link]:
    """Find the links in a Markdown text; code is no link."""
    if "](" not in text and "]:" not in text and "<" not in text:
        return
    for found in _LINK.finditer(_CODE.sub(lambda code: " " * len(code[0]), text)):
        link = next(filter(None, found.groups()[1:]))
        yield Link(path=path, link=link, picture=found["mark"] == "!")
