"""Search text: single characters for Chinese, Japanese and Korean, words for the rest, so that two characters find.

The index (SQLite's FTS5) holds the tokens in order; a term is asked for as a phrase, which makes it an exact substring
of any length where there are no spaces between words, and a prefix where there are.
"""

import re
import unicodedata

_CJK = (
    r"\u2e80-\u2fdf\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_CJK}]+")
_WORDS = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]+")
_PAUSES = str.maketrans(dict.fromkeys("，。：；！？（）、“”‘’《》【】·…—", " "))
_LONGEST = 100
_MOST_TERMS = 8


def tokens(text: str) -> str:
    """Return a text for the index: normalised (NFKC), with spaces between characters that need none in writing."""
    normal = text
    if not text.isascii():
        # Full-width punctuation separates words as a space does; without it most texts are normal already.
        normal = text.translate(_PAUSES)
        if not unicodedata.is_normalized("NFKC", normal):
            normal = unicodedata.normalize("NFKC", normal)
    return _RUN.sub(lambda run: f" {' '.join(run[0])} ", normal)


def expression(query: str) -> str:
    """Return what a shopper typed as an FTS5 expression: every term as a phrase; empty if nothing is left of it."""
    normal = unicodedata.normalize("NFKC", query[:_LONGEST]).casefold()
    phrases = []
    for term in normal.split()[:_MOST_TERMS]:
        words = _WORDS.findall(term)
        if words:
            open_end = "" if _RUN.fullmatch(words[-1]) else "*"
            phrases.append(f'"{" ".join(words)}"{open_end}')
    return " AND ".join(phrases)
