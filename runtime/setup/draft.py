"""The answers below ``var/setup``: saved whole each time a page is left, read again after whatever happened."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from generator import files
from runtime.setup.answers import Answers

FOLDER = "setup"
_FILE, _LOCK, _PICTURES, _TABLE = "answers.json", "lock", "pictures", "products.csv"
_PATIENCE = 120.0
"""Seconds: a shop is being opened, and the same form came twice."""
_WELCOME = frozenset({"var", ".git", ".DS_Store"})


class Draft:
    """The draft of one shop that is not open yet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "var" / FOLDER

    @property
    def pictures(self) -> Path:
        """Return the folder of pictures that came so far."""
        return self.folder / _PICTURES

    @property
    def table(self) -> Path:
        """Return where a table of products lies that was handed in."""
        return self.folder / _TABLE

    def read(self) -> Answers:
        """Return what was answered so far; a file that nobody can read is a draft not begun."""
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            return msgspec.json.decode((self.folder / _FILE).read_bytes(), type=Answers)
        return Answers()

    def change(self, how: Callable[[Answers], Answers]) -> Answers:
        """Change the answers, one hand at a time, and return them; what was saved survives a power cut."""
        with self.alone():
            changed = how(self.read())
            files.atomic_write(self.folder / _FILE, msgspec.json.encode(changed), mode=0o600)
        return changed

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else change anything meanwhile; raise BusyError when somebody does for too long."""
        self.make()
        with files.lock(self.folder / _LOCK, patience=_PATIENCE):
            yield

    def make(self) -> None:
        """Make the folder, for this user alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        files.make_folder(self.root, f"var/{FOLDER}").chmod(0o700)
        files.make_folder(self.folder, _PICTURES)

    def forget(self) -> None:
        """Remove everything: the shop is open, and nobody asks again."""
        shutil.rmtree(self.folder, ignore_errors=True)


def is_wanted(root: Path) -> bool:
    """Tell whether a folder waits for the wizard: it is empty or not there, or a draft was begun and no shop came."""
    if (root / "shop.yaml").exists():
        return False
    if (root / "var" / FOLDER / _FILE).is_file():
        return True
    try:
        return all(path.name in _WELCOME for path in root.iterdir())
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return False
