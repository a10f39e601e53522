"""Markdown of a shop as clean HTML, each text made once."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=65536)
def html(text: str) -> str:
    """Return a Markdown text as clean HTML."""
    return nh3.clean(_PARSER.render(text)) if text else ""
