"""What version of our own code makes the pages: a digest that changes with every line of it."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def digest() -> str:
    """Return a digest of all of the generator's own code."""
    folder = Path(__file__).parents[1]
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
