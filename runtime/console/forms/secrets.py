"""Secrets of a shop: they go into var/secrets.env or into a file below var/, and are never shown again.

A form's field for a secret has two boxes: a hidden one with the name that the shop's text says, and ``<name>~secret``
for a new value. ``take`` stores new values and puts their names where the text has none yet.
"""

import os
import re
from pathlib import Path

from generator import files
from runtime.console.forms.binding import Given
from runtime.console.forms.nodes import Leaf

FILE = "secrets.env"
_BOX = "~secret"
_NAME = re.compile(r"(?!SHOPWRIGHT_)[A-Z][A-Z0-9_]{0,99}", re.ASCII)
"""A secret's name; what SHOPWRIGHT_ begins is the running shop's own, and no form may write it."""
_LINE = re.compile(r"\s*([A-Z][A-Z0-9_]{0,99})=")
_KEYS = "keys"
_LONGEST = 64 * 1024
_PRIVATE = 0o600
_PATIENCE = 10.0


def names_set(var: Path) -> frozenset[str]:
    """Return the names of secrets that are there: lines of var/secrets.env, the environment's, and files of keys."""
    lines = _read(var / FILE)
    found = {match[1] for line in lines if (match := _LINE.match(line)) and line.partition("=")[2].strip()}
    keys = {f"{_KEYS}/{path.name}" for path in (var / _KEYS).glob("*") if path.is_file()}
    return frozenset(found | keys | {name for name in os.environ if _NAME.fullmatch(name)})


def take(var: Path, leaves: list[Leaf], given: Given) -> tuple[Given, list[str]]:
    """Store the new secrets of a form; return the form with their names in place, and the names that were stored."""
    done: Given = given.copy()
    stored = []
    for leaf in leaves:
        if leaf.field.setting not in {"secret", "credential"}:
            continue
        value = (given.get(leaf.name + _BOX) or "").strip()
        done.poplist(leaf.name + _BOX)
        if not value or len(value) > _LONGEST:
            continue
        name = given.get(leaf.name) or ""
        if leaf.field.setting == "credential" and ("\n" in value or "-----BEGIN" in value):
            name = _store_file(var, leaf, given, value)
        else:
            name = name if _NAME.fullmatch(name) else _name(leaf, given)
            store(var, name, "".join(value.split("\n")[:1]).strip("\r"))
        done[leaf.name] = name
        stored.append(name)
    return done, stored


def store(var: Path, name: str, value: str) -> None:
    """Put NAME=value into var/secrets.env in place of the line that is there; nobody else can read the file."""
    if not _NAME.fullmatch(name) or "\n" in value or "\0" in value:
        raise ValueError(name)
    path = var / FILE
    with files.lock(var / "secrets.lock", patience=_PATIENCE):
        lines = [line for line in _read(path) if not ((found := _LINE.match(line)) and found[1] == name)]
        text = "\n".join([*lines, f"{name}={value}"]).lstrip("\n") + "\n"
        files.replace(path, text.encode(), mode=_PRIVATE)


def _store_file(var: Path, leaf: Leaf, given: Given, value: str) -> str:
    folder = files.make_folder(var, _KEYS)
    name = f"{_name(leaf, given).lower().replace('_', '-')}.pem"
    files.replace(folder / name, (value.replace("\r\n", "\n").strip() + "\n").encode(), mode=_PRIVATE)
    return f"{_KEYS}/{name}"


def _name(leaf: Leaf, given: Given) -> str:
    """Return a name for a secret that has none: who it is for, and what it is."""
    before = leaf.name.rpartition(".")[0]
    owner = next(
        (given[key] for key in (f"{before}.gateway", f"{before}.id", f"{before}.provider") if given.get(key)), ""
    )
    words = [*re.findall(r"[A-Za-z0-9]+", owner), *re.findall(r"[A-Za-z0-9]+", str(leaf.path[-1]))]
    name = "_".join(words).upper()[:100]
    return name if _NAME.fullmatch(name) else f"KEY_{name}"[:100].rstrip("_")


def _read(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
