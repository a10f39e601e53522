"""From a folder of text to a published release, in seven stops."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from generator import check, crossing, files, output, pages, price_log, replays, theme
from generator.catalogue import Catalogue
from generator.check import unhurried
from generator.display import cards
from generator.images import Images
from generator.messages import problem
from generator.pages import PagePlan
from generator.problems import Problem, Severity
from generator.releases import (
    catalogue_writer,
    contents,
    engine,
    export,
    freshness,
    manifest,
    price_record,
    release,
    state,
    succession,
)
from generator.releases.figures import Figures
from generator.releases.manifest import Entry, Manifest
from generator.releases.parts import Part
from generator.releases.publishing import Releases
from generator.releases.site import Site
from generator.releases.state import Kept, State
from generator.shop import Shop
from generator.theming import sections


def _silent(_kind: str, _done: int, _of: int) -> None:
    """Show no progress."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to build: ``now`` (ISO 8601, UTC) decides what is published already; nothing else depends on the clock."""

    now: str
    publish: bool = True
    out: Path | None = None
    compress: bool = True
    draft: bool = False
    """Lacking pictures become placeholders; a draft never goes live by itself."""
    progress: Callable[[str, int, int], None] = _silent


class Built(msgspec.Struct, kw_only=True):
    """What came of a build: its problems with the texts of their files, and the release if there is one."""

    problems: list[Problem]
    sources: dict[str, str]
    release: str = ""
    published: bool = False
    figures: Figures = msgspec.field(default_factory=Figures)


def build(folder: Path, wish: Wish) -> Built:
    """Build a shop; the live release is not touched before the new one is complete. Raise OSError or RefusedError."""
    started = time.perf_counter()
    if wish.out is not None:
        files.claim(wish.out)
    if not (folder / "shop.yaml").exists():
        checked = check.check(folder, now=wish.now)
        return Built(problems=list(checked.problems), sources=checked.sources)
    var = files.make_folder(folder, "var")
    files.make_folder(var, "cache")
    releases = Releases(var)
    with releases.alone(), unhurried():
        built = _Build(folder, wish, releases).run()
    built.figures.seconds = time.perf_counter() - started
    return built


class _Build:
    """One run; ``run`` shows the seven stops."""

    def __init__(self, folder: Path, wish: Wish, releases: Releases) -> None:
        self.folder = folder
        self.wish = wish
        self.releases = releases
        self.store = releases.store
        self.state_path = releases.var / "cache" / "pages"
        self.remembered = state.read(self.state_path)
        self.figures = Figures()
        self.images = Images(folder, placeholders=wish.draft)
        self.theme_folders: list[Path] = []
        self.theme_seen = ""
        self.replays_seen = replays.signature(releases.var)
        self.ahead = self.releases.var / "cache" / "catalogue.ahead"
        self.written_ahead: int | None = None

    def run(self) -> Built:
        """Check, dress, plan, render, assemble, publish, export."""
        seen = freshness.signature([self.folder])
        checked = check.check(self.folder, now=self.wish.now, lenient=self.wish.draft)
        built = Built(problems=list(checked.problems), sources=checked.sources, figures=self.figures)
        if checked.shop is None:
            return built
        logged = price_log.read(self.releases.var / price_log.NAME, checked.shop.currency)
        shop = crossing.with_lowest(checked.shop, logged, self.wish.now)
        site, problems = self._dress(shop)
        plans = pages.plan(site)
        parts = contents.gather(site, self.images, plans, self.state_path.with_name("machines"))
        problems += self.images.problems()
        with self.releases.writing():
            rendered, found = self._render(site, plans, parts)
            built.problems += [*problems, *found]
            if any(each.severity is Severity.ERROR for each in built.problems):
                self.ahead.unlink(missing_ok=True)
                return built
            built.release = self._assemble(site, plans, rendered, parts)
        if self.wish.publish and not self.wish.draft:
            built.published = self.releases.publish(built.release, self.wish.now)
            price_record.record(self.releases.var, shop, site.shop.products.values(), self.wish.now)
            self.releases.reap()
        if not self.wish.draft:
            self._remember(seen, shop, built.release)
        if self.wish.out is not None:
            self.figures.exported = export.export(self.releases.manifest(built.release), self.store, self.wish.out)
        return built

    def _dress(self, shop: Shop) -> tuple[Site, list[Problem]]:
        overlay = self.folder / "theme"
        offer, _ = sections.read(shop.theme.name, overlay)
        self.theme_folders = [Path(each) for each in offer.folders]
        self.theme_seen = freshness.signature(self.theme_folders)
        clothes, problems = theme.read(self.theme_folders, overlay)
        self.images.prepare(contents.picture_names(shop, offer), partial(self.wish.progress, "pictures"))
        return Site(shop, clothes, offer, self.images, self.wish.now, replays.read(self.releases.var)), problems

    def _render(
        self, site: Site, plans: Sequence[PagePlan], parts: Sequence[Part]
    ) -> tuple[dict[str, Kept], list[Problem]]:
        right, changed = output.kept(plans, self.remembered.pages, self.store)
        self.figures.pages, self.figures.rendered = len(plans), len(changed)
        known = {each.url for each in plans} | {each.url for each in parts} | set(site.shop.redirects)
        renderer = output.Renderer(site, self.store, known, compress=self.wish.compress)
        renderer.beside = None if self.remembered.rows else partial(catalogue_writer.write_ahead, self.ahead, site)
        known_good = self.remembered.theme == _theme_mark(site)
        problems = renderer.compile_all() if changed and not known_good else []
        if not problems:
            for each in renderer.all(changed, partial(self.wish.progress, "pages")):
                problems += each.problems
                if each.entry is not None:
                    plan = changed[each.place]
                    right[plan.url] = Kept(plan.digest, each.entry, each.title)
        self.written_ahead = renderer.beside_gave
        return right, [*_distinct(problems), *_same_titles(plans, right)]

    def _assemble(self, site: Site, plans: Sequence[PagePlan], rendered: dict[str, Kept], parts: Sequence[Part]) -> str:
        entries = {each.url: rendered[each.url].entry for each in plans}
        entries |= {each.url: self._kept(each) for each in parts}
        earlier = self._earlier()
        rows = catalogue_writer.digests(site)
        renamed = self._renamed(site.whole, earlier, entries)
        made = succession.moved(site.shop, earlier, entries, renamed)
        made = msgspec.structs.replace(
            made,
            assets=succession.inherited(self.releases.immutables(), entries),
            catalogue=catalogue_writer.digest(site, rows),
        )
        made = manifest.identify(made, site.stages, site.theme.digest)
        self._weigh(made)
        if not self._stands(made):
            self._write(site, made, rows)
        size = self.releases.catalogue_size(made.release)
        kept = State(release=made.release, pages=rendered, rows=rows, theme=_theme_mark(site), catalogue=size)
        if kept != self.remembered:
            state.write(self.state_path, kept)
        return made.release

    def _stands(self, made: Manifest) -> bool:
        """Tell whether the very release is on disk already, and whole."""
        if made.release not in self.releases.whole():
            return False
        known = self.remembered.catalogue if self.remembered.release == made.release else None
        size = self.releases.catalogue_size(made.release)
        return size > 0 and known in {None, size} and self.releases.manifest(made.release) == made

    def _write(self, site: Site, made: Manifest, rows: catalogue_writer.Rows) -> None:
        folder = self.releases.begin()
        last = self.releases.folder(self.remembered.release) if self.remembered.release else None
        last = last if last is not None and (last / "manifest.json").is_file() else None
        sound = last is not None and self.releases.catalogue_size(last.name) == self.remembered.catalogue > 0
        release.write(folder, site, made, last)
        writer = catalogue_writer.Writer(folder / "catalogue.db", site, made.release)
        base = last / "catalogue.db" if last is not None and sound else None
        if self.written_ahead is None:
            self.figures.products = writer.write(rows, base, self.remembered.rows)
        else:
            writer.adopt(self.ahead)
            self.figures.products = self.written_ahead
        self.releases.finish(folder, made.release)

    def _remember(self, seen: str, shop: Shop, made: str) -> None:
        now = self.wish.now
        later = [hour for hour in cards.hours(shop) if hour > now]
        later += crossing.boundaries(shop.promotions, now)
        record = freshness.Record(
            shop=seen, themes=self.theme_seen, folders=tuple(str(each) for each in self.theme_folders),
            engine=freshness.engine(), release=made, until=min(later, default=""),
            replays=self.replays_seen,
        )  # fmt: skip
        freshness.write(self.folder, record)

    def _kept(self, part: Part) -> Entry:
        forms = self.store.forms(part.size, part.type, compress=self.wish.compress)
        if not self.store.has(part.digest, part.size, forms):
            self.store.put(part.read(), part.type, compress=self.wish.compress)
        return Entry(part.digest, part.type, part.size, forms, immutable=part.immutable)

    def _earlier(self) -> Manifest | None:
        live = self.releases.find_live()
        return self.releases.manifest(live) if live in self.releases.whole() and live else None

    def _renamed(self, shop: Shop, earlier: Manifest | None, entries: dict[str, Entry]) -> dict[str, str]:
        """Find where the goods of lost products are now, by their sku."""
        lost = succession.lost_products(shop, earlier, entries)
        live = self.releases.find_live()
        if not lost or live is None:
            return {}
        now = {variant.sku: each.handle for each in shop.products.values() for variant in each.variants}
        found = {}
        old = Catalogue(self.releases.folder(live) / "catalogue.db")
        for handle in lost:
            product = old.find_product(handle)
            skus = [variant.sku for variant in product.variants] if product else []
            target = next((now[sku] for sku in skus if sku in now), None)
            if target:
                found[handle] = target
        old.close()
        return found

    def _weigh(self, made: Manifest) -> None:
        """Find the heaviest page by what travels: its compressed HTML."""
        page = max(
            (url for url, entry in made.entries.items() if entry.type == manifest.HTML),
            key=lambda url: made.entries[url].size,
        )
        entry = made.entries[page]
        form = entry.encodings[0] if entry.encodings else ""
        self.figures.heaviest = page
        self.figures.weight = self.store.path(entry.blob, form).stat().st_size
        self.figures.pictures = sum(1 for each in made.entries.values() if each.type.startswith("image/"))


def _theme_mark(site: Site) -> str:
    return f"{site.theme.digest} {engine.digest()}"


def _distinct(problems: Iterable[Problem]) -> list[Problem]:
    """Leave out what the same template does wrong on further pages."""
    found: dict[tuple[object, ...], Problem] = {}
    for each in problems:
        said = tuple((key, value) for key, value in each.values.items() if key != "url")
        found.setdefault((each.code, each.file, each.mark, said), each)
    return list(found.values())


def _same_titles(plans: Iterable[PagePlan], rendered: dict[str, Kept]) -> list[Problem]:
    first: dict[tuple[str, str], PagePlan] = {}
    problems = []
    for plan in plans:
        kept = rendered.get(plan.url)
        if kept is None or plan.kind == "error":
            continue
        other = first.setdefault((plan.locale, kept.title), plan)
        if other is not plan:
            problems.append(problem("page-title-twice", plan.file, title=kept.title, url=plan.url, other=other.url))
    return problems
