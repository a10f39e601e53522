"""Pages become contents of the store: only those whose digest changed are rendered, many by several processes."""

import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jinja2
import msgspec

from generator.display import cards
from generator.pages import PagePlan
from generator.problems import Mark, Problem
from generator.releases import workers
from generator.releases.inspection import Inspector, open_tag
from generator.releases.manifest import HTML, Entry
from generator.releases.site import Site
from generator.releases.state import Kept
from generator.releases.store import Store
from generator.theming import templates
from generator.theming.engines import Once

if sys.platform != "win32":
    import resource

Progress = Callable[[int, int], None]
"""Is told (done, of) while pages are rendered."""

_INLINE = 48
_PIECES_A_WORKER = 16
_SECONDS_A_PAGE = 2.0
_MEMORY = 512 << 20


class Rendered(msgspec.Struct, array_like=True):
    """What came of one planned page: a content with its title, or problems."""

    place: int
    entry: Entry | None
    title: str
    problems: list[Problem] = []


class Renderer:
    """Renders the pages of a site into a store.

    ``beside`` is work that a worker may do while others render; ``beside_gave`` is what came of it, None if none did.
    """

    def __init__(self, site: Site, store: Store, known: set[str], *, compress: bool = True) -> None:
        self.beside: Callable[[], int] | None = None
        self.beside_gave: int | None = None
        self.site = site
        self.store = store
        self.compress = compress
        self.inspector = Inspector(known, {edition.prefix for edition in site.editions.values()})
        self.environments = {
            locale: templates.environment(site.theme.source, stage) for locale, stage in site.stages.items()
        }
        self.fragments = {locale: _fragments(found) for locale, found in self.environments.items()}

    def render(self, place: int, plan: PagePlan) -> Rendered:
        """Render one page, look at it, and keep it in the store."""
        context = plan.make()
        template = self.site.theme.places.get(plan.template, plan.template)
        try:
            html = self.environments[plan.locale].get_template(plan.template).render(context)
        except Exception as error:  # noqa: BLE001  whatever a theme does wrong is the theme's problem, told with its line
            return Rendered(place, None, "", [templates.problem(error, plan.template, self.site.theme.places)])
        data, problems = self._settled(html, plan, template, context["page"].data)
        blob, forms = self.store.put(data, HTML, compress=self.compress)
        entry = Entry(blob, HTML, len(data), forms, plan.frame_src, media_src=plan.media_src)
        return Rendered(place, entry, context["page"].title, problems)

    def _settled(
        self, html: str, plan: PagePlan, template: str, documents: Sequence[str]
    ) -> tuple[bytes, list[Problem]]:
        """Put the fragments of a page in their places; each of them is looked at and encoded only once."""
        fragments, encoded, open_tags = self.fragments[plan.locale]
        problems = []
        for number, text in enumerate(fragments[len(encoded) :], len(encoded)):
            data, own = _joined(text, encoded, open_tags)
            problems += self.inspector.problems(own, plan.url, template)
            encoded[str(number).encode()] = data
            open_tags[str(number)] = open_tag(own)
        data, own = _joined(html, encoded, open_tags)
        return data, problems + self.inspector.problems(own, plan.url, template, documents)

    def all(self, plans: Sequence[PagePlan], progress: Progress) -> list[Rendered]:
        """Render all given pages, here or in workers, in the order of their places."""
        sandboxed = not self.site.theme.trusted
        if not workers.can_fork() or (len(plans) < _INLINE and not sandboxed):
            made = []
            for place, plan in enumerate(plans):
                made.append(self.render(place, plan))
                progress(place + 1, len(plans))
            return made
        return self._shared(plans, progress, sandboxed=sandboxed)

    def _shared(self, plans: Sequence[PagePlan], progress: Progress, *, sandboxed: bool) -> list[Rendered]:
        self._make_cards(plans)
        count = workers.count()
        size = max(1, -(-len(plans) // (4096 if sandboxed else count * _PIECES_A_WORKER)))
        pieces = [range(first, min(first + size, len(plans))) for first in range(0, len(plans), size)]
        work: workers.Piece = partial(self._piece, plans, pieces, _SECONDS_A_PAGE if sandboxed else 0.0)
        # Nothing else is made in a process in which a merchant's templates run.
        beside = None if sandboxed else self.beside
        if beside is not None:
            work = partial(_after, beside, work)
        total = len(pieces) + (beside is not None)
        made: list[Rendered] = []
        try:
            for piece, results in workers.share(total, work, workers=count, begin=_limit if sandboxed else None):
                if beside is not None and piece == 0:
                    self.beside_gave = results
                    continue
                made += msgspec.convert(results, list[Rendered])
                progress(len(made), len(plans))
        except workers.WorkerDiedError as error:
            place = -1 if error.piece is None else error.piece - (beside is not None)
            if place < 0:
                raise
            plan = plans[pieces[place][0]]
            return [Rendered(0, None, "", [self._stopped(plan.template, plan.url, error)])]
        return sorted(made, key=lambda each: each.place)

    def _make_cards(self, plans: Sequence[PagePlan]) -> None:
        """Make the cards that the pages of many products show once, before every worker would make its own."""
        products = self.site.shop.products
        if 2 * len(plans) > len(products):
            for edition in self.site.editions.values():
                cards.cards(edition, products)

    def _piece(self, plans: Sequence[PagePlan], pieces: Sequence[range], seconds: float, piece: int) -> list[Rendered]:
        made = []
        for place in pieces[piece]:
            if seconds:
                signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            made.append(self.render(place, plans[place]))
        if seconds:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return made

    def compile_all(self) -> list[Problem]:
        """Compile every template of the theme, those of the runtime too, and return what is wrong with them."""
        names = self.site.theme.templates()
        if self.site.theme.trusted or not workers.can_fork():
            return [problem for name in names for problem in self._compiled(name)]
        # Jinja works constants out while it compiles: a merchant's template must not do that in our own process.
        problems: list[Problem] = []
        try:
            for _, found in workers.share(len(names), partial(self._watched, names), workers=1, begin=_limit):
                problems += msgspec.convert(found, list[Problem])
        except workers.WorkerDiedError as error:
            if error.piece is None:
                raise
            problems.append(self._stopped(names[error.piece], names[error.piece], error))
        return problems

    def _watched(self, names: Sequence[str], piece: int) -> list[Problem]:
        signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS_A_PAGE)
        found = self._compiled(names[piece])
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return found

    def _compiled(self, name: str) -> list[Problem]:
        environment = next(iter(self.environments.values()))
        try:
            environment.get_template(name)
        except Exception as error:  # noqa: BLE001  as for rendering
            return [templates.problem(error, name, self.site.theme.places)]
        return []

    def _stopped(self, template: str, url: str, error: workers.WorkerDiedError) -> Problem:
        """Return the problem of a template whose worker was stopped; raise what was nobody's template's doing."""
        if error.signal not in {signal.SIGVTALRM, signal.SIGSEGV}:
            raise error
        file = self.site.theme.places.get(template, template)
        values = {"url": url, "seconds": int(_SECONDS_A_PAGE)}
        return Problem(code="theme-too-slow", file=file, mark=Mark(1, 1), values=values)


def _fragments(environment: jinja2.Environment) -> tuple[list[str], dict[bytes, bytes], dict[str, str]]:
    """Have an environment set aside what it renders once; return those texts, and by number their bytes and ends."""
    texts: list[str] = []
    for extension in environment.extensions.values():
        if isinstance(extension, Once):
            extension.fragments = texts
    return texts, {}, {}


def _joined(text: str, encoded: dict[bytes, bytes], open_tags: dict[str, str]) -> tuple[bytes, str]:
    """Return a text with its fragments as bytes, and the text itself with no more of them than their open tags."""
    data, own = text.encode("utf-8").split(b"\0"), text.split("\0")
    data[1::2] = map(encoded.__getitem__, data[1::2])
    own[1::2] = map(open_tags.__getitem__, own[1::2])
    return b"".join(data), "".join(own)


def _after(first: Callable[[], int], work: workers.Piece, piece: int) -> Any:  # noqa: ANN401  what the work returns
    """Do another piece of work before all the others; it is the longest."""
    return work(piece - 1) if piece else first()


def _limit() -> None:
    """Bound the memory of a worker that runs a merchant's templates."""
    if not sys.platform.startswith("linux"):
        return
    with open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123
        now = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + _MEMORY, now + _MEMORY))


def kept(plans: Sequence[PagePlan], pages: dict[str, Kept], store: Store) -> tuple[dict[str, Kept], list[PagePlan]]:
    """Part the plan into pages whose content is still right and there, and pages to render."""
    right: dict[str, Kept] = {}
    changed: list[PagePlan] = []
    for plan in plans:
        found = pages.get(plan.url)
        if found and found.digest == plan.digest and _whole(store, found.entry):
            right[plan.url] = found
        else:
            changed.append(plan)
    return right, changed


def _whole(store: Store, entry: Entry) -> bool:
    return store.has(entry.blob, entry.size, entry.encodings)
