"""A folder becomes a checked shop: every problem of every file in one run, or the shop."""

import contextlib
import gc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from generator import clock, document, plugins, rules, schema
from generator.document import Document
from generator.loading import assembly, ground, shop
from generator.loading.draft import Draft
from generator.loading.reader import Ground, Reader
from generator.messages import problem
from generator.pictures import media
from generator.problems import Mark, Problem, Severity
from generator.rules import drafting, paying
from generator.shop import Shop
from generator.source import cache, decoding, inventory, parallel, reading
from generator.source.decoding import MAXIMUM_BYTES
from generator.source.inventory import SHOP, Source
from generator.source.reading import Result
from generator.theming import sections
from generator.theming.sections import Offer

_ENCODE = msgspec.msgpack.encode


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """All problems in the order of their places; the shop, unless one is an error; the text of files with problems."""

    problems: tuple[Problem, ...]
    shop: Shop | None
    sources: dict[str, str] = {}


def check(folder: Path, *, cache: bool = True, now: str | None = None, lenient: bool = False) -> Checked:
    """Read and check a whole shop as of an instant; ``cache`` keeps results of unchanged files in var/cache.

    ``lenient`` only warns of pictures that are lacking: a draft shows placeholders instead.
    """
    with unhurried():
        return _check(folder, now or clock.now(), keep=cache, lenient=lenient)


def check_text(folder: Path, text: str, now: str) -> tuple[Checked, Draft]:
    """Check a shop as it would be if shop.yaml had another text, and return all that was read of it as well."""
    with unhurried():
        main, problems = document.parse(text, SHOP)
        return _checked(folder, main, problems, now=now, keep=True, lenient=False)


def read(folder: Path) -> Draft:
    """Read all files of a shop as far as they can be read, whatever is wrong with them."""
    with unhurried():
        main, _ = document.read(folder / SHOP, SHOP)
        return _draft(folder, main, keep=True)[0]


@contextlib.contextmanager
def unhurried() -> Iterator[None]:
    """Hold the collector of reference cycles: many small values are made and none of them are cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _check(folder: Path, now: str, *, keep: bool, lenient: bool) -> Checked:
    if not (folder / SHOP).is_file():
        code = "shop-file-missing" if folder.is_dir() else "shop-folder-missing"
        return Checked(problems=(problem(code, SHOP, folder=str(folder)),), shop=None)
    main, problems = document.read(folder / SHOP, SHOP)
    return _checked(folder, main, problems, now=now, keep=keep, lenient=lenient)[0]


def _checked(
    folder: Path, main: Document | None, problems: list[Problem], *, now: str, keep: bool, lenient: bool
) -> tuple[Checked, Draft]:  # fmt: skip
    draft, found = _draft(folder, main, keep=keep)
    draft.now = now
    problems += found
    problems += [each for result in draft.results.values() for each in result.problems]
    problems = drafting.milder(draft, [*problems, *rules.run(draft, whole=main is not None)])
    placed = _placed(draft, [_milder(each) for each in problems] if lenient else problems)
    failed = any(each.severity is Severity.ERROR for each in placed)
    texts = {file: each.text for file, each in draft.documents.items()}
    texts |= {each.file: _text(folder / each.file) for each in placed if each.mark and each.file not in texts}
    return Checked(problems=tuple(placed), shop=None if failed else assembly.assemble(draft), sources=texts), draft


def _milder(each: Problem) -> Problem:
    lacking = media.replaceable(each.code, str(each.values.get("picture", "")))
    return msgspec.structs.replace(each, severity=Severity.WARNING) if lacking else each


def _text(path: Path) -> str:
    """Return the best reading of a file that is no document, for excerpts of it."""
    raw, _ = document.read_bytes(path, path.name)
    return decoding.lenient(raw) if raw is not None and len(raw) <= MAXIMUM_BYTES else ""


def _draft(folder: Path, main: Document | None, *, keep: bool) -> tuple[Draft, list[Problem]]:
    offer, problems = _theme(main, folder / "theme")
    tree: dict[str, Any] = {}
    base, broken = ground.fallback(), frozenset[tuple[str | int, ...]]()
    reader = Reader(SHOP, base)
    if main is not None:
        checked = schema.validate(main, schema.compile_tree(sections.compose(offer, _gateways(main))))
        problems += checked.problems
        tree = checked.data if isinstance(checked.data, dict) else {}
        base, first = shop.find_ground(tree, SHOP)
        broken = checked.broken
        reader = Reader(SHOP, base, broken)
        reader.problems += first.problems
    values = shop.load(tree, offer, reader)
    problems += reader.close()
    sources, strays = inventory.gather(folder)
    results = _results(folder, sources, base, keep=keep) if main is not None or sources else {}
    made = assembly.draft(folder, (base, tree, values, offer), (sources, strays), results)
    made.broken = broken
    made.documents = {SHOP: main} if main is not None else {}
    return made, problems


def _gateways(main: Document) -> dict[str, plugins.Tree]:
    """Return the schemas of the payment plugins that a shop names; nobody looks for any where it names none."""
    listed = main.data.get("payment") if isinstance(main.data, dict) else None
    named = [each.get("gateway") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    foreign = [name for name in named if isinstance(name, str) and name not in paying.OURS]
    return plugins.schemas(plugins.GATEWAYS, foreign) if foreign else {}


def _theme(main: Document | None, overlay: Path) -> tuple[Offer, list[Problem]]:
    said = main.data.get("theme") if main is not None else None
    name = said.get("name") if isinstance(said, dict) else None
    return sections.read(name if isinstance(name, str) else "harbour", overlay)


def _results(folder: Path, sources: Sequence[Source], base: Ground, *, keep: bool) -> dict[str, Result]:
    store = cache.Cache(folder / "var" / "cache" / "check", cache.key(_ENCODE(base))) if keep else None
    found = {each.file: store.find(folder, each) if store else None for each in sources}
    missing = [each for each in sources if found[each.file] is None]
    fresh = {each.file: each for each in parallel.read(folder, missing, base)}
    results = {file: result or fresh[file] for file, result in found.items()}
    if store is not None:
        store.keep(sources, results)
    return results


def _placed(draft: Draft, problems: Sequence[Problem]) -> list[Problem]:
    """Give every problem its place, reading again the files that have one, and put them in order."""
    found = []
    for each in problems:
        read = draft.find_document(each.file)
        found.append(reading.placed(read, each) if each.mark is None and read is not None else each)
    return sorted(found, key=_order)


def _order(each: Problem) -> tuple[bool, str, int, int, str]:
    mark = each.mark or Mark(line=0, column=0)
    return (each.file != SHOP, each.file, mark.line, mark.column, each.code)
