"""A release as a plain tree of files for any web server: only what differs is written, only what is ours is removed."""

import os
from pathlib import Path

import msgspec

from generator import files
from generator.releases.manifest import Entry, Manifest
from generator.releases.store import Store

_LIST = ".shopwright-files"


def place(url: str) -> str:
    """Return the file of an address: folders have an index.html."""
    return url.lstrip("/") + ("index.html" if url.endswith("/") else "")


def export(made: Manifest, store: Store, out: Path) -> int:
    """Write a release below ``out``, remove our files that it has no more, and return how many files were written."""
    wanted: dict[str, tuple[Entry, str]] = {}
    for url, entry in {**made.assets, **made.entries}.items():
        for form in ("", *entry.encodings):
            wanted[place(url) + (f".{form}" if form else "")] = (entry, form)
    wanted |= _paused(made)
    before = _listed(out)
    written = 0
    made_folders: set[str] = set()
    for name, (entry, form) in wanted.items():
        mark = f"{entry.blob}.{form}"
        path = out / name
        if before.get(name) == mark and path.is_file() and not path.is_symlink() and _unlinked(out, path):
            continue
        folder = str(Path(name).parent)
        if folder not in made_folders:
            files.make_folder(out, folder)
            made_folders.add(folder)
        files.replace(path, store.path(entry.blob, form).read_bytes(), durable=False)
        written += 1
    _remove(out, [name for name in before if name not in wanted])
    marks = {name: f"{entry.blob}.{form}" for name, (entry, form) in wanted.items()}
    if marks != before:
        files.sync(out)
        files.atomic_write(out / _LIST, msgspec.json.encode(marks, order="sorted"))
    return written


def _paused(made: Manifest) -> dict[str, tuple[Entry, str]]:
    """Let the cart and the checkout of a tree without a till say that ordering is paused, in every language."""
    found = {}
    for url, entry in made.entries.items():
        prefix, name, rest = url.rpartition("/503.html")
        if name and not rest and prefix.count("/") <= 1:
            for till in ("cart", "checkout"):
                for form in ("", *entry.encodings):
                    found[f"{prefix}/{till}/index.html".lstrip("/") + (f".{form}" if form else "")] = (entry, form)
    return found


def _unlinked(out: Path, path: Path) -> bool:
    folder = path.parent
    while folder != out:
        if folder.is_symlink():
            raise files.RefusedError("output-link", path=str(folder))
        folder = folder.parent
    return True


def _listed(out: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode((out / _LIST).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}


def _remove(out: Path, names: list[str]) -> None:
    folders = set()
    for name in names:
        path = out / name
        if path.is_file() and not path.is_symlink() and _unlinked(out, path):
            path.unlink()
            folders.add(path.parent)
    for folder in sorted(folders, key=lambda each: -len(each.parts)):
        current = folder
        while current != out and not any(os.scandir(current)):
            current.rmdir()
            current = current.parent
