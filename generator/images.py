"""Responsive pictures of a shop: drawn side by side, kept by content, addressed by their bytes."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from generator import files
from generator.messages import problem
from generator.pictures import workshop
from generator.pictures.picture_cache import PictureCache, content_key
from generator.pictures.renditions import TYPES, Order, PictureSet, Refusal, Rendition
from generator.problems import Problem
from generator.shop import Picture
from generator.theming.assets import media_type
from generator.views import Image

if TYPE_CHECKING:
    from generator.pictures.placeholder import StandIns

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".svg")
_NO_PICTURE = Image(src="", srcset="", sources=(), width=1, height=1, alt="")
_MIDDLE = 800
_UNSAFE = re.compile(r"[^a-z0-9]+")


class Blob(msgspec.Struct, frozen=True):
    """One file of a release: its address and the SHA-256 of its content, which ``Images.read`` gives."""

    address: str
    digest: str
    size: int
    type: str
    source: str
    name: str = ""


class Icon(msgspec.Struct, frozen=True):
    """What the shop's icons are drawn from: a logo below media/ or empty, the monogram, and two colours as #rrggbb."""

    logo: str
    monogram: str
    ink: str
    paper: str


def _quiet(_done: int, _of: int) -> None:
    """Show no progress."""


def _stand_ins(folder: Path) -> "StandIns":
    from generator.pictures.placeholder import StandIns

    return StandIns(folder)


class Images:
    """The pictures of one shop. ``prepare`` draws many at once; a forgotten one is drawn when it is asked for."""

    def __init__(self, shop: Path, cache: Path | None = None, *, placeholders: bool = False) -> None:
        self._media = shop / "media"
        self._stand_ins = _stand_ins(self._media) if placeholders else None
        self._cache = PictureCache(cache or files.make_folder(shop, "var/cache/pictures"))
        self._sets: dict[str, tuple[str, PictureSet]] = {}
        self._views: dict[str, Image] = {}
        self._clips: dict[str, Blob] = {}
        self.refused: dict[str, Refusal] = {}

    def prepare(self, names: Iterable[str], progress: Callable[[int, int], None] = _quiet) -> None:
        """Draw the pictures that were not drawn before, and note the clips; raise OSError for a fault of the world."""
        wanted: dict[str, list[str]] = {}
        for name in sorted({*names} - self._sets.keys() - self.refused.keys()):
            try:
                if not _is_picture(name) and not self._is_lacking(name):
                    self._clip(name)
                    continue
                key = self._cache.key(name, self._path(name))
            except (OSError, ValueError) as error:
                self.refused[name] = Refusal(
                    "picture-unreadable", {"reason": getattr(error, "strerror", None) or str(error)}
                )
                continue
            found = self._cache.find(key)
            if found is not None:
                self._sets[name] = (key, found)
            else:
                wanted.setdefault(key, []).append(name)
        self._draw(wanted, progress)
        self._cache.save()

    def _path(self, name: str) -> Path:
        if self._is_lacking(name):
            from generator.pictures import placeholder

            return placeholder.file(self._cache.folder)
        path = self._media / name
        if not path.resolve().is_relative_to(self._media.resolve()):
            raise ValueError("outside media/")
        return path

    def _is_lacking(self, name: str) -> bool:
        """Tell whether a draft shows a placeholder instead of a picture."""
        return self._stand_ins is not None and self._stand_ins.lacks(name)

    def _draw(self, wanted: Mapping[str, list[str]], progress: Callable[[int, int], None]) -> None:
        orders = {str(self._cache.begin(key)): (key, names) for key, names in wanted.items()}
        queue = [Order(source=str(self._path(names[0])), target=target) for target, (_, names) in orders.items()]
        try:
            for order, reply in workshop.draw(queue, progress):
                _, names = orders.pop(order.target)
                if reply.picture is None:
                    self._cache.drop(Path(order.target))
                    self.refused.update(dict.fromkeys(names, reply.refusal or Refusal("picture-unreadable")))
                    continue
                key = content_key(reply.source)  # of what was drawn: the file may have changed since it was looked at
                self._cache.keep(key, Path(order.target), reply.picture)
                self._sets.update(dict.fromkeys(names, (key, reply.picture)))
        finally:
            for target in orders:
                self._cache.drop(Path(target))

    def find(self, name: str) -> PictureSet | None:
        """Return the set of a picture below media/; None if it was refused."""
        if name not in self._sets and name not in self.refused:
            self.prepare([name])
        found = self._sets.get(name)
        return found[1] if found else None

    def image(self, picture: Picture, locale: str) -> Image:
        """Return the view of a picture; an empty one if it was refused (see ``problems``)."""
        view = self._views.get(picture.file)
        if view is None:
            found = self.find(picture.file)
            view = self._views[picture.file] = image(picture.file, found) if found else _NO_PICTURE
        return msgspec.structs.replace(view, alt=picture.alt[locale])

    def file(self, name: str) -> str:
        """Return the address of a media file: a clip as it is, a picture in its largest common form."""
        if _is_picture(name):
            found = self.find(name)
            return "" if found is None else address(name, found, largest(found))
        return self._clip(name).address

    def digest(self, name: str) -> str:
        """Return a digest of a media file's content; an unchanged file is not opened."""
        if not _is_picture(name):
            return self._clip(name).digest
        found = self.find(name)
        return "" if found is None else mark(found)

    def _clip(self, name: str) -> Blob:
        blob = self._clips.get(name)
        if blob is None:
            path = self._path(name)
            digest = self._cache.digest(name, path)
            url = f"/media/{_stem(name)}.{digest[:10]}{PurePosixPath(name).suffix.lower()}"
            blob = self._clips[name] = Blob(url, digest, path.stat().st_size, media_type(name), name)
            self._cache.save()
        return blob

    def icons(self, icon: Icon) -> dict[str, Blob]:
        """Return the shop's icons by file name, drawn if they were not drawn before."""
        logo = self._path(icon.logo) if icon.logo and self.find(icon.logo) else None
        salt = f"{icon.monogram}\0{icon.ink}\0{icon.paper}"
        key = self._cache.key(icon.logo, logo, salt) if logo else content_key("", salt)
        found = self._cache.find(key)
        if found is None:
            folder = self._cache.begin(key)
            order = Order(
                source=str(logo or ""), target=str(folder), monogram=icon.monogram, ink=icon.ink, paper=icon.paper
            )
            for _, reply in workshop.draw([order], _quiet):
                found = reply.picture
            if found is None:
                self._cache.drop(folder)
                return {}
            self._cache.keep(key, folder, found)
            self._cache.save()
        return {
            each.name: Blob(f"/{each.name}", each.digest, each.size, media_type(each.name), key, each.name)
            for each in found.renditions
        }

    def blobs(self) -> list[Blob]:
        """Return every file of the pictures and clips that were asked for, by address."""
        made = {blob.address: blob for blob in self._clips.values()}
        for name, (key, found) in self._sets.items():
            for each in found.renditions:
                url = address(name, found, each)
                made[url] = Blob(url, each.digest, each.size, TYPES[each.kind], key, each.name)
        return [made[url] for url in sorted(made)]

    def read(self, blob: Blob) -> bytes:
        """Return the bytes of a file; a damaged cache is noticed and the picture drawn again. Raise OSError."""
        if not blob.name:
            return self._path(blob.source).read_bytes()
        data = self._cache.read(blob.source, blob.name, blob.digest)
        if data is None:
            self._redraw(blob.source)
            data = self._cache.read(blob.source, blob.name, blob.digest)
        if data is None:
            raise OSError(f"the picture of {blob.address} changed while it was drawn")
        return data

    def _redraw(self, key: str) -> None:
        names = [name for name, (own, _) in self._sets.items() if own == key]
        if names:
            self._draw({key: names}, _quiet)

    def problems(self) -> list[Problem]:
        """Return what is wrong with pictures that were asked for."""
        found = []
        for name, refusal in sorted(self.refused.items()):
            values: dict[str, object] = {**refusal.values, "picture": name}
            found.append(msgspec.structs.replace(problem(refusal.code, f"media/{name}"), values=values))
        return found


def mark(picture: PictureSet) -> str:
    """Return what stands in the addresses of a set: it changes with any byte of it."""
    return hashlib.sha256("".join(each.digest for each in picture.renditions).encode()).hexdigest()[:12]


def _is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in PICTURES


def _stem(name: str) -> str:
    return _UNSAFE.sub("-", PurePosixPath(name).stem.lower())[:60].strip("-") or "picture"


def address(name: str, picture: PictureSet, rendition: Rendition) -> str:
    """Return where a rendition is served."""
    return f"/media/{_stem(name)}.{mark(picture)}-{rendition.width}.{rendition.kind}"


def _fallback(picture: PictureSet) -> list[Rendition]:
    return [each for each in picture.renditions if each.kind in {"jpg", "png", "svg"}]


def largest(picture: PictureSet) -> Rendition:
    """Return the largest rendition that everything can show."""
    return max(_fallback(picture), key=lambda each: each.width)


def image(name: str, picture: PictureSet) -> Image:
    """Return the view of a set, still without words."""
    prefix = f"/media/{_stem(name)}.{mark(picture)}-"
    common = _fallback(picture)
    middle = next((each for each in common if each.width >= _MIDDLE), common[-1])
    sources = []
    for kind in ("avif", "webp"):
        some = [each for each in picture.renditions if each.kind == kind]
        if some:
            sources.append((TYPES[kind], _srcset(prefix, some)))
    return Image(
        src=f"{prefix}{middle.width}.{middle.kind}",
        srcset=_srcset(prefix, common) if sources else "",
        sources=tuple(sources),
        width=picture.width,
        height=picture.height,
        alt="",
        color=picture.color,
    )


def _srcset(prefix: str, renditions: Iterable[Rendition]) -> str:
    return ", ".join(f"{prefix}{each.width}.{each.kind} {each.width}w" for each in renditions)
