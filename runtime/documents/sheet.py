"""A sheet of paper: A4, its font, and the few shapes that all papers are made of."""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace, TTFFont

from runtime.documents import fonts
from runtime.documents.fonts import FontFault

MARGIN = 20.0
WIDTH = 210.0 - 2 * MARGIN
_SIZES = {"title": 22.0, "large": 12.0, "text": 9.5, "small": 8.0}
_INK, _MUTED, _LINE = (32, 32, 30), (104, 102, 96), (205, 202, 194)


class _Pages(FPDF):
    """Pages with a foot."""

    foot: tuple[str, str] = ("", "")
    """The family and the text of the foot."""

    def footer(self) -> None:
        """Write the foot of a page and its number."""
        self.set_y(-28)
        self.set_font(self.foot[0], "", _SIZES["small"])
        self.set_text_color(*_MUTED)
        self.multi_cell(0, 4.0, self.foot[1], new_x="LMARGIN", new_y="NEXT")
        self.cell(0, 4.0, str(self.page_no()), align="R")


class Sheet:
    """Draws from the top down; what does not fit goes on to the next page."""

    def __init__(self, locale: str, title: str, foot: str, wish: str = "") -> None:
        self._pdf = _Pages(format="A4")
        self._pdf.set_margins(MARGIN, MARGIN, MARGIN)
        self._pdf.set_auto_page_break(auto=True, margin=34)
        self._pdf.set_title(title)
        self._pdf.set_lang(locale)
        self._family = dress(self._pdf, locale, wish)
        self._pdf.foot = (self._family, self._checked(foot))
        self._pdf.add_page()

    def turn(self, foot: str) -> None:
        """Begin a new page, with a foot of its own."""
        self._pdf.add_page()
        self._pdf.foot = (self._family, self._checked(foot))

    def write(self, text: str, size: str = "text", *, bold: bool = False, muted: bool = False) -> None:
        """Write a paragraph over the whole width."""
        self._choose(size, bold=bold, muted=muted)
        self._pdf.multi_cell(0, self._height(size), self._checked(text), new_x="LMARGIN", new_y="NEXT")

    def columns(self, left: Sequence[str], right: Sequence[str]) -> None:
        """Write two blocks beside each other; the first line of each is bold."""
        top, bottoms = self._pdf.get_y(), []
        for offset, lines in ((0.0, left), (WIDTH / 2, right)):
            self._pdf.set_y(top)
            for index, line in enumerate(lines):
                self._choose("text", bold=index == 0)
                self._pdf.set_x(MARGIN + offset)
                self._pdf.multi_cell(
                    WIDTH / 2 - 6, self._height("text"), self._checked(line), new_x="LMARGIN", new_y="NEXT"
                )
            bottoms.append(self._pdf.get_y())
        self._pdf.set_y(max(bottoms))

    def table(self, widths: Sequence[float], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table; a column of a negative width is aligned to the right. Heads come again on every page."""
        self._choose("small", muted=True)
        self._pdf.set_draw_color(*_LINE)
        head = FontFace(emphasis="BOLD", color=_MUTED, size_pt=_SIZES["small"])
        aligned = tuple("RIGHT" if width < 0 else "LEFT" for width in widths)
        with self._pdf.table(
            col_widths=tuple(abs(width) for width in widths), width=WIDTH, text_align=aligned, line_height=5.2,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, padding=1.6, align="LEFT", headings_style=head,
        ) as table:  # fmt: skip
            table.row([self._checked(head) for head in heads])
            self._choose("text")
            for row in rows:
                table.row([self._checked(cell) for cell in row])

    def sums(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write what leads to a total, aligned to the right; the last row is the total."""
        for index, (label, amount) in enumerate(rows):
            last = index == len(rows) - 1
            self._choose("large" if last else "text", bold=last)
            height = self._height("large" if last else "text")
            self._pdf.set_x(MARGIN + WIDTH / 2)
            self._pdf.cell(WIDTH / 2 - 36, height, self._checked(label))
            self._pdf.cell(36, height, self._checked(amount), align="R", new_x="LMARGIN", new_y="NEXT")

    def space(self, height: float) -> None:
        """Leave some room."""
        self._pdf.ln(height)

    def finish(self) -> bytes:
        """Return the PDF."""
        return bytes(self._pdf.output())

    def _choose(self, size: str, *, bold: bool = False, muted: bool = False) -> None:
        self._pdf.set_font(self._family, "B" if bold else "", _SIZES[size])
        self._pdf.set_text_color(*(_MUTED if muted else _INK))

    def _height(self, size: str) -> float:
        return _SIZES[size] * 0.55

    def _checked(self, text: str) -> str:
        return written(self._pdf, self._family, text)


def dress(pdf: FPDF, locale: str, wish: str = "") -> str:
    """Give a document the font of a language and return the font's family."""
    face = fonts.find(locale, wish)
    if face is None:
        return "helvetica"
    pdf.add_font("sheet", "", face.regular, collection_font_number=face.index)
    pdf.add_font("sheet", "B", face.bold, collection_font_number=face.index)
    return "sheet"


def written(pdf: FPDF, family: str, text: str) -> str:
    """Return the text if the font can write it; raise FontFault, for a paper with holes in it is none."""
    if family == "helvetica":
        plain = text.translate(_PLAIN)
        try:
            plain.encode("latin-1")
        except UnicodeEncodeError as error:
            raise FontFault(_HELP.format(plain[error.start : error.end])) from error
        return plain
    font = pdf.fonts[family]
    known = font.cmap if isinstance(font, TTFFont) else {}
    return "".join(letter if letter in "\n\r\t" or ord(letter) in known else "□" for letter in text)


_PLAIN = str.maketrans({"€": "EUR ", "–": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "\u202f": " "})
"""What the fonts that every reader has cannot write (they know Latin-1), in letters that they can."""
_HELP = (
    "no font of this machine has “{}”: install one (Debian: apt-get install fonts-noto-cjk) or name a file in "
    "SHOPWRIGHT_FONT"
)
