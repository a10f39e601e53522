"""Markdown of a shop as clean HTML, each text made once."""

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import escape

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKED = re.compile(r"[\\`*_~\[\]<>!|&\"'{}#\t\r]|://|www\.|^ *(?:[-+=]|\d+[.)])|^    |  $", re.MULTILINE)
_BLANK = re.compile(r"\n(?: *\n)+")


@lru_cache(maxsize=65536)
def html(text: str) -> str:
    """Return a Markdown text as clean HTML."""
    if not text:
        return ""
    return nh3.clean(_PARSER.render(text)) if _MARKED.search(text) else plain(text)


def plain(text: str) -> str:
    """Return paragraphs without any mark of Markdown as the parser would, in a hundredth of its time."""
    parts = (part for part in _BLANK.split(text) if part.strip())
    lines = ("\n".join(line.strip(" ") for line in part.strip("\n ").split("\n")) for part in parts)
    return "".join(f"<p>{escape(part)}</p>\n" for part in lines)
