"""Which font of this machine a paper is written with: one that has the letters of its language.

``SHOPWRIGHT_FONT`` names another file. Without any, papers in Latin letters use the fonts that every PDF reader has.
"""

from pathlib import Path

import msgspec

from runtime.faults import Fault

_NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
_FACES = {"ja": 0, "ko": 1, "zh": 2, "zh-CN": 2, "zh-TW": 3, "zh-HK": 4}
_CANDIDATES = (
    (_NOTO.format("Regular"), _NOTO.format("Bold")),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc"),
    (
        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    ),
    ("/System/Library/Fonts/Hiragino Sans GB.ttc", "/System/Library/Fonts/Hiragino Sans GB.ttc"),
    ("C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/msyhbd.ttc"),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
)


class FontFault(Fault):
    """No font of this machine has the letters of a paper."""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A regular and a bold file, and which font of a collection is meant."""

    regular: Path
    bold: Path
    index: int = 0


def find(locale: str, wish: str = "") -> Face | None:
    """Return the font for a language, or None when this machine has none that is known."""
    if wish:
        return Face(regular=Path(wish), bold=Path(wish)) if Path(wish).is_file() else None
    for regular, bold in _CANDIDATES:
        if Path(regular).is_file():
            index = (
                _FACES.get(locale, _FACES.get(locale.split("-", maxsplit=1)[0], 2)) if "NotoSansCJK" in regular else 0
            )
            heavy = Path(bold) if Path(bold).is_file() else Path(regular)
            return Face(regular=Path(regular), bold=heavy, index=index)
    return None
