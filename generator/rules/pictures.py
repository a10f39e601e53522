"""Pictures and clips: every path leads to a good file below media/."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.loading.draft import Draft, Place
from generator.pictures import media
from generator.problems import Problem
from generator.rules.references import layouts
from generator.source import nearest
from generator.theming.sections import Setting

LEAST_SIDE = 300
"""Pixels: a product picture smaller than this is a blur on every phone."""
Use = tuple[Place, tuple[str | int, ...], str, str]
"""Where a picture is used, the path there, its name below media/, and what for: picture, product or video."""
_CLIPS = media.CLIPS
_MOST_GUESSES = 50


def good(draft: Draft) -> Iterator[Problem]:
    """Every picture exists, lies below media/, is a picture, and is neither too small nor too large."""
    shelf = media.Shelf(draft.folder / "media")
    fine: set[tuple[str, str]] = set()
    guesses = 0
    for place, path, name, kind in uses(draft):
        if (name, kind) in fine:
            continue
        found = shelf.look(name, clip=kind == "video")
        small = kind == "product" and 0 < min(found.width, found.height) < LEAST_SIDE
        if found.code:
            guesses += 1
            guessable = found.code == "picture-missing" and guesses <= _MOST_GUESSES
            meant = _guess(draft.folder, name) if guessable else None
            yield draft.blame(place, found.code, path, suggestion=meant, related=None, picture=name, **found.values)
        elif small:
            size = {"width": found.width, "height": found.height, "least": LEAST_SIDE}
            yield draft.blame(place, "picture-too-small", path, suggestion=None, related=None, picture=name, **size)
        else:
            fine.add((name, kind))


def _guess(folder: Path, name: str) -> str | None:
    names = []
    for place, folders, files in os.walk(folder / "media"):
        folders.sort()
        below = Path(place).relative_to(folder / "media")
        names += [(below / each).as_posix() for each in sorted(files)]
    wanted = name.removeprefix("/").removeprefix("media/")
    if wanted in names:
        return wanted
    last = wanted.rpartition("/")[2].casefold()
    for key in (last, last.rpartition(".")[0]):
        same = [each for each in names if key in _spellings(each)]
        if len(same) == 1:
            return same[0]
    return nearest.find(wanted, names)


def _spellings(name: str) -> tuple[str, str]:
    """Return a file's name in any case, with and without its ending."""
    last = name.rpartition("/")[2].casefold()
    return last, last.rpartition(".")[0]


def uses(draft: Draft) -> Iterator[Use]:
    """Give every use of a file below media/."""
    yield from _products(draft)
    yield from _others(draft)
    for result in draft.results.values():
        for each in result.links:
            if each.picture:
                yield result.file, each.path, each.link, "picture"
    yield from _shop(draft.tree)
    for path, tree, settings in _set(draft):
        for setting in settings:
            value = tree.get(setting.id)
            if setting.type in {"picture", "video"} and value is not None:
                yield from _picture("shop.yaml", (*path, setting.id), value, setting.type)


def _products(draft: Draft) -> Iterator[Use]:
    for handle, product in draft.products.items():
        file = ("product", handle)
        for index, picture in enumerate(product.pictures):
            yield file, ("images", index), picture.file, "product"
        for index, variant in enumerate(product.variants):
            if variant.picture:
                yield file, ("variants", index, "image"), variant.picture, "product"
        if product.video:
            yield file, ("video",), product.video, "video"
        if product.seo.picture:
            yield file, ("seo", "image"), product.seo.picture, "picture"


def _others(draft: Draft) -> Iterator[Use]:
    for handle, shelf in draft.shelves.items():
        if shelf.picture:
            yield draft.file("shelf", handle), ("image",), shelf.picture.file, "picture"
    for handle, room in draft.rooms.items():
        if room.cover:
            yield draft.file("live", handle), ("cover",), room.cover.file, "picture"
    for kind, values in (("shelf", draft.shelves), ("page", draft.pages)):
        for handle, each in values.items():
            if each.seo.picture:
                yield draft.file(kind, handle), ("seo", "image"), each.seo.picture, "picture"


def _shop(tree: Mapping[str, Any]) -> Iterator[Use]:
    for path in (("logo",), ("seller", "licence_image"), ("seo", "image")):
        value: Any = tree
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            yield from _picture("shop.yaml", path, value, "picture")
    for index, method in enumerate(tree.get("payment") or ()):
        if method.get("qr") is not None:
            yield "shop.yaml", ("payment", index, "qr"), method["qr"], "picture"


def _set(draft: Draft) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any], tuple[Setting, ...]]]:
    yield ("theme", "settings"), draft.tree.get("theme", {}).get("settings") or {}, draft.offer.settings
    for _, path, listed in layouts(draft.tree):
        for index, section in enumerate(listed):
            known = draft.offer.sections.get(section.get("section", ""))
            if known is None:
                continue
            yield (*path, index), section, known.settings
            for number, block in enumerate(section.get("blocks") or ()):
                sidecar = draft.offer.blocks.get(block.get("block", ""))
                if sidecar is not None:
                    yield (*path, index, "blocks", number), block, sidecar.settings


def _picture(file: str, path: tuple[str | int, ...], value: Any, kind: str) -> Iterator[Use]:  # noqa: ANN401  a path or {file, alt}
    if isinstance(value, Mapping):
        if "file" in value:
            yield file, (*path, "file"), str(value["file"]), kind
    else:
        yield file, path, str(value), kind
