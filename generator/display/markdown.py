"""Markdown of a shop as clean HTML: headings from h2 on, the shop's links and pictures resolved, nothing that acts."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.views import Image, Link

Resolve = Callable[[str], Link | None]
"""Turns a written link (``product:longjing``, a path, a full address) into a ready one; None if it leads nowhere."""
Picture = Callable[[str, str], Image | None]
"""Turns a path below media/ and its words into a picture; None if there is no such picture."""
SIZES = "(min-width: 48rem) 44rem, 100vw"
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_SCHEMES = {"http:", "https:", "mailto:", "tel:", "product:", "shelf:", "page:", "live:"}
_URL_SCHEMES = {each.removesuffix(":") for each in _SCHEMES}
_REFERENCES = ("product:", "shelf:", "page:", "live:")
_SIGN = re.compile(r"[\\`*_\[\]<>&|~\0\r\t\v\f\x1c-\x1f\x85\u2028\u2029\ue000]")
_START = re.compile(r" *(?:#|[-+=]|\d{1,9}[.)])| {4}")
_LINE = re.compile(rf"\n(?:{_START.pattern})")
_BREAK = re.compile(r"  (?:\n|\Z)")
_WIDE = r"\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_QUOTES = "“”‘’—…"
_WIDE_BREAK = re.compile(f"\n(?:(?<=[{_WIDE}]\n)(?=[{_WIDE}{_QUOTES}])|(?<=[{_QUOTES}]\n)(?=[{_WIDE}]))")
"""A line's end inside Chinese or Japanese, which browsers would show as a space."""
_BLANK = re.compile(r"\n(?: *\n)+")
_PLACE = re.compile("\ue000(\\d+)\ue000")
_HIGHEST, _LOWEST = 2, 6
_TAGS = {
    "p", "br", "hr", "strong", "em", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "mark", "abbr", "kbd",
    "q", "cite", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "h2", "h3", "h4", "h5", "h6", "table",
    "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "a", "div", "span", "figure", "figcaption", "details",
    "summary",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"}, "th": {"colspan", "rowspan", "scope", "class"}, "td": {"colspan", "rowspan", "class"},
    "ol": {"start"}, "abbr": {"title"}, "div": {"class", "tabindex"},
}  # fmt: skip
_ALIGNED = {"text-align:left": "align-start", "text-align:center": "align-center", "text-align:right": "align-end"}
_CLASSES = {"table-scroll", *_ALIGNED.values()}


def _is_good_link(url: str) -> bool:
    found = _SCHEME.match(url.strip())
    return not url.startswith("//") and (found is None or found[0].lower() in _SCHEMES)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = _is_good_link  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


class Prose:
    """Turns the texts of one edition into HTML, each text once."""

    def __init__(self, resolve: Resolve, picture: Picture) -> None:
        self._resolve = resolve
        self._picture = picture
        self._made: dict[str, str] = {}

    def html(self, text: str) -> str:
        """Return a Markdown text as clean HTML."""
        found = self._made.get(text)
        if found is None:
            made = self._html(text)
            found = self._made[text] = made if "<pre" in made else _WIDE_BREAK.sub("", made)
        return found

    def _html(self, text: str) -> str:
        if is_plain(text):
            return plain(text)
        return _Page(self._resolve, self._picture).html(text.replace("\ue000", ""))


def is_plain(text: str) -> bool:
    """Tell whether a text holds nothing that may be more than plain paragraphs, so that it needs no parser."""
    return not (
        _SIGN.search(text) or _START.match(text) or _LINE.search(text) or ("  " in text and _BREAK.search(text))
    )


def plain(text: str) -> str:
    """Return text without any markup as paragraphs: what the parser would make of it, many times faster."""
    return "".join(map(_paragraph, _BLANK.split(text)))


def _paragraph(block: str) -> str:
    content = "\n".join(line.strip(" ") for line in block.split("\n")).strip()
    return f"<p>{escape(content).replace('&#x27;', chr(39))}</p>\n" if content else ""


class _Page:
    def __init__(self, resolve: Resolve, picture: Picture) -> None:
        self._resolve = resolve
        self._picture = picture
        self._pictures: list[str] = []
        self._resolved: set[str] = set()
        self._foreign = False

    def html(self, text: str) -> str:
        environment: dict[str, Any] = {}
        tokens = _PARSER.parse(text, environment)
        self._settle(tokens)
        made = str(_PARSER.renderer.render(tokens, _PARSER.options, environment))
        if self._foreign:
            made = nh3.clean(
                made,
                tags=_TAGS,
                attributes=_ATTRIBUTES,
                attribute_filter=self._attribute,
                link_rel="noopener",
                url_schemes=_URL_SCHEMES,
            )
        return _PLACE.sub(lambda found: self._pictures[int(found[1])], made)

    def _settle(self, tokens: Sequence[Token]) -> None:
        levels = _levels(tokens)
        for token in tokens:
            if token.type in {"heading_open", "heading_close"}:
                token.tag = levels[token.tag]
            elif token.type == "table_open":
                token.type, token.tag = "html_block", ""
                token.content = '<div class="table-scroll" tabindex="0"><table>\n'
            elif token.type == "table_close":
                token.type, token.tag = "html_block", ""
                token.content = "</table></div>\n"
            elif token.type in {"th_open", "td_open"}:
                _align(token)
            elif token.type == "html_block":
                self._foreign = True
            for child in token.children or ():
                self._settle_inline(child)

    def _settle_inline(self, token: Token) -> None:
        if token.type == "html_inline":
            self._foreign = True
        elif token.type == "link_open":
            token.attrs = self._link(str(token.attrs.get("href", "")), token.attrs)
        elif token.type == "image":
            words = token.content
            token.type, token.children = "html_inline", None
            token.content = self._place(str(token.attrs.get("src", "")), words)

    def _link(self, href: str, attributes: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
        ready = self._ready(href)
        if ready is None:
            return {}
        self._resolved.add(ready.url)
        made: dict[str, str | int | float] = {"href": ready.url}
        if "title" in attributes:
            made["title"] = attributes["title"]
        if ready.external:
            made["rel"] = "noopener"
        return made

    def _ready(self, href: str) -> Link | None:
        if href.startswith(("#", "mailto:", "tel:")):
            return Link(label="", url=href)
        return self._resolve(unquote(href) if href.startswith(_REFERENCES) else href)

    def _place(self, source: str, words: str) -> str:
        """Keep a picture's place with a mark: nothing that was written as HTML can be taken for one of ours."""
        image = self._picture(unquote(source), words)
        if image is None:
            return escape(words)
        self._pictures.append(_drawn(image))
        return f"\ue000{len(self._pictures) - 1}\ue000"

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        if name == "href":
            if value in self._resolved:
                return value
            ready = self._ready(value) if _is_good_link(value) else None
            return ready.url if ready else None
        if name == "class":
            return " ".join(each for each in value.split() if each in _CLASSES) or None
        if name == "tabindex":
            return "0" if tag == "div" and value == "0" else None
        return value


def _levels(tokens: Sequence[Token]) -> dict[str, str]:
    """Map the headings of a text to h2, h3, … without a gap: the page's own title is its h1."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    return {tag: f"h{min(_HIGHEST + place, _LOWEST)}" for place, tag in enumerate(used)}


def _align(token: Token) -> None:
    style = str(token.attrs.pop("style", ""))
    if style:
        token.attrs["class"] = _ALIGNED.get(style, "")


def _drawn(image: Image) -> str:
    sources = "".join(
        f'<source type="{kind}" srcset="{escape(srcset)}" sizes="{SIZES}">' for kind, srcset in image.sources
    )
    more = f' srcset="{escape(image.srcset)}" sizes="{SIZES}"' if image.srcset else ""
    return (
        f'<picture>{sources}<img src="{escape(image.src)}"{more} width="{image.width}" height="{image.height}" '
        f'alt="{escape(image.alt)}" loading="lazy" decoding="async"></picture>'
    )
