"""What a browser makes of a form: it reads the page that is really rendered, and sends what stands in its boxes."""

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

from generator import document, fields
from generator.loading import ground
from generator.loading.reader import Reader
from generator.theming import sections
from runtime.console import pages, words
from runtime.console.forms.binding import Ground
from runtime.console.forms.sheet import Sheet

_TEMPLATE = "{% import 'office/parts/fields.html' as fields with context %}{{ fields.sheet(form) }}"
KINDS = {"products": "product", "shelves": "shelf", "pages": "page", "live": "live"}


class Page(HTMLParser):
    """Collects what a browser would send, in the order of the page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.sent = []
        self.texts = []
        self._area = None
        self._select = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, kind = given.get("name"), given.get("type", "text")
        if tag == "textarea":
            self._area = [name, ""]
        elif tag == "select":
            self._select = [name, []]
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "input" and name and kind not in {"file", "submit", "button"}:
            text = given.get("value") or ""
            # A box for one line loses line ends.
            kept = text if kind == "hidden" else text.replace("\r", "").replace("\n", "")
            self.sent += [(name, kept)] if kind not in {"checkbox", "radio"} or "checked" in given else []

    def handle_data(self, data):
        if self._area is not None:
            self._area[1] += data
        self.texts.append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area is not None:
            name, text = self._area
            if name:
                self.sent.append((name, text.removeprefix("\n").replace("\n", "\r\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            name, options = self._select
            chosen = next((value for value, selected in options if selected), options[0][0] if options else "")
            self.sent.append((name, chosen))
            self._select = None


def form(text):
    """Return what a browser sends of the form made from a schema that stands on a whole page."""
    begin = text.index("data-sheet")
    return MultiDict(Page(text[text.rindex("<form", 0, begin) : text.index("</form>", begin)]).sent)


def html(sheet, mistakes=(), locale="en"):
    """Render a form as the console does."""
    shown = {
        "form": sheet.show(mistakes), "suggested": (), "secrets_set": frozenset(),
        "t": lambda key, **values: words.say(key, locale, **values),
    }  # fmt: skip
    return pages._environment().from_string(_TEMPLATE).render(shown)


def filled(sheet):
    """Return what a browser sends when nothing is changed."""
    return MultiDict(Page(html(sheet)).sent)


def shop_ground(folder):
    """Return what forms of a shop stand on, and the data of its shop.yaml."""
    main, _ = document.read(folder / "shop.yaml", "shop.yaml")
    found = ground.load(main.data, Reader("shop.yaml", ground.fallback()))
    return Ground(locales=found.locales, currency=found.currency), main.data


def files(folder, lang="en"):
    """Give every file of a shop with its fields and data."""
    _, main = shop_ground(folder)
    offer, _ = sections.read(main.get("theme", {}).get("name", "harbour"), folder / "theme")
    yield "shop.yaml", fields.read(sections.compose(offer), lang), main
    for name, kind in KINDS.items():
        for path in sorted((folder / name).glob("*.*")):
            read, _ = (document.read_page if path.suffix == ".md" else document.read)(path, path.name)
            yield f"{name}/{path.name}", fields.of(kind, lang), read.data


def sheet(field, data, ground, given=None, only=()):
    """Make a form."""
    return Sheet(field, data, ground, given, only)
