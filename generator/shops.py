"""A folder of shops, as agencies have: every folder right below it with a shop.yaml is a shop, named as its folder."""

from pathlib import Path

MAIN = "shop.yaml"
_OURS = frozenset({"var"})


def is_many(folder: Path) -> bool:
    """Tell whether a folder is no shop itself and holds some."""
    return not (folder / MAIN).exists() and bool(find(folder))


def find(folder: Path) -> list[Path]:
    """Return the folders of the shops, sorted by name; one that is linked twice counts once."""
    try:
        below = sorted(folder.iterdir(), key=lambda path: path.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    found: dict[Path, Path] = {}
    for path in below:
        if not path.name.startswith(".") and path.name not in _OURS and (path / MAIN).is_file():
            found.setdefault(path.resolve(), path)
    return list(found.values())
