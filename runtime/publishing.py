"""Builds and publishes a shop in a process of its own: whoever serves it goes on serving meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from generator.releases.rebuild import Outcome

_LONGEST = 600


def publish(folder: Path, lang: str) -> Outcome:
    """Build what changed and publish it; ``lang`` (zh or en) is the language of what is wrong. Nothing is raised."""
    package = str(Path(__file__).resolve().parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-P", "-m", "generator.releases.rebuild", str(folder), lang]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    try:
        ran = subprocess.run(  # noqa: S603  our own interpreter
            command, input=b"\n", capture_output=True, check=True, timeout=_LONGEST, env=environment
        )
        return msgspec.json.decode(ran.stdout, type=Outcome)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        return Outcome(fault=type(error).__name__)
