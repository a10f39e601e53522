"""A FOLDER OF SHOPS: what an agency serves with one command.

Each shop keeps its own folder, database, secrets, sessions and releases; it is chosen by the host name of a request and
by nothing else (``street``). A process beside the servers (``steward``) builds, does the recurring work of every shop
and writes down how all of them are (``board``); people of the agency read it behind their own sign-in (``office``).
"""

from pathlib import Path


def is_begun(folder: Path) -> bool:
    """Tell whether a folder was served as one of shops before, though none may be in it now."""
    return (folder / "var" / "shops").is_dir() and not (folder / "shop.yaml").exists()
