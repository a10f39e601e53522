"""Labels for parcels: 100 × 150 mm, as label printers and sheets for them have it.

They say from whom and to whom, and what is inside as the slip does; the square code is the order's number, which the
console's search and most scanners read. A carrier's own waybill is the carrier's to make.
"""

from collections.abc import Iterable, Sequence

import segno
from babel import Locale
from fpdf import FPDF
from fpdf.enums import WrapMode

from generator.shop import Terms
from runtime import addresses, words
from runtime.documents.sheet import dress, written
from runtime.orders import Address, Order

WIDTH, HEIGHT = 100.0, 150.0
"""Millimetres."""
_EDGE = 6.0
_INNER = WIDTH - 2 * _EDGE
_CODE = 26.0
_POINT = 0.3528
_MOST_LINES = 6
"""Pieces of so many lines stand on a label; the slip has them all."""


def draw_labels(orders: Sequence[Order], terms: Terms, font: str = "") -> bytes:
    """Return the labels of orders, one a page, as PDF; raise FontFault when nothing here can write one."""
    label = _Label(orders[0].locale, font)
    for order in orders:
        label.page(order, terms)
    return bytes(label.pdf.output())


def _abroad(address: Address, terms: Terms) -> str:
    """Return the country of an address that is in another one than the shop, as post offices anywhere read it."""
    country = address.destination.country
    return str(Locale("en").territories.get(country, country)).upper() if country != terms.country else ""


class _Label:
    def __init__(self, locale: str, font: str) -> None:
        self.pdf = FPDF(unit="mm", format=(WIDTH, HEIGHT))
        self.pdf.set_margins(_EDGE, _EDGE, _EDGE)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_lang(locale)
        self._family = dress(self.pdf, locale, font)
        self._wraps = WrapMode.CHAR if locale[:2] in {"zh", "ja"} else WrapMode.WORD

    def page(self, order: Order, terms: Terms) -> None:
        self.pdf.add_page()
        locale, seller = order.locale, terms.seller
        shop = terms.name.get(locale) or next(iter(terms.name.values()), "")
        self._small(words.say("paper.label.from", locale))
        self._lines((seller.legal_name or shop, seller.address, seller.phone), 8.5)
        self._rule(0.7)
        self._small(words.say("paper.label.to", locale))
        address = order.address
        name = address.name or order.contact.name
        rest = [line for line in addresses.lines(address) if line != name] if address.street else []
        self._lines((name,), 17, bold=True)
        self._lines((order.contact.phone,), 13, bold=True)
        self._lines((*rest, _abroad(address, terms)), 13)
        self._foot(order)

    def _foot(self, order: Order) -> None:
        """Write what is inside above the lower edge, beside the code of the order's number."""
        inside = [
            f"{order.unshipped[place]} × {line.sku or line.title}"
            for place, line in enumerate(order.lines)
            if order.unshipped.get(place)
        ]
        if len(inside) > _MOST_LINES:
            inside = [*inside[: _MOST_LINES - 1], "…"]
        top = HEIGHT - _EDGE - _CODE - 6
        self.pdf.set_y(top)
        self._rule(0.3)
        self._code(order.number, WIDTH - _EDGE - _CODE, top + 5)
        self.pdf.set_y(top + 5)
        self._lines((order.number,), 12, bold=True, width=_INNER - _CODE - 4)
        for line in inside:
            self.pdf.set_font(self._family, "", 7.5)
            self.pdf.cell(_INNER - _CODE - 4, 3.6, self._fitting(line), new_x="LMARGIN", new_y="NEXT")

    def _fitting(self, line: str) -> str:
        """Shorten what is wider than the room beside the code."""
        line = written(self.pdf, self._family, line)
        while self.pdf.get_string_width(line) > _INNER - _CODE - 5 and len(line) > 1:
            line = f"{line[:-2]}…" if self._family != "helvetica" else line[:-1]
        return line

    def _small(self, text: str) -> None:
        self._lines((text,), 7)

    def _lines(self, lines: Iterable[str], size: float, *, bold: bool = False, width: float = 0) -> None:
        self.pdf.set_font(self._family, "B" if bold else "", size)
        for line in lines:
            if line:
                text = written(self.pdf, self._family, line)
                self.pdf.multi_cell(
                    width, size * _POINT * 1.35, text, align="L", new_x="LMARGIN", new_y="NEXT", wrapmode=self._wraps
                )

    def _rule(self, width: float) -> None:
        self.pdf.set_line_width(width)
        y = self.pdf.get_y() + 2.5
        self.pdf.line(_EDGE, y, WIDTH - _EDGE, y)
        self.pdf.set_y(y + 2.5)

    def _code(self, text: str, left: float, top: float) -> None:
        rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
        side = _CODE / len(rows)
        self.pdf.set_fill_color(0, 0, 0)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    self.pdf.rect(left + x * side, top + y * side, side, side, style="F")
