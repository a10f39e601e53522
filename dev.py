#!/usr/bin/env python3
"""Set up and run Shopwright from a checkout with nothing but Python 3.11: ``python3 dev.py serve``, ``… test``.

Makes .venv beside this file, installs the project into it (again only when its dependencies change), runs the command.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
USAGE = """usage: python3 dev.py serve [SHOP] [options]     set up, build and open the tea shop (or SHOP)
       python3 dev.py test [options of pytest]    set up and run every check and test
       python3 dev.py shopwright …                set up and run any command"""
BROWSER_PACKAGES = ["chromium", "fonts-noto-cjk", "fonts-noto-core"]


def say(text: str) -> None:
    """Tell the developer what happens now."""
    print(f"• {text}", file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """End with a reason and a way out; exit code 3: the world failed."""
    print(text, file=sys.stderr)
    raise SystemExit(3)


def install_or_name(packages: list[str], why: str) -> None:
    """Install Debian packages when we may, else stop with the exact command."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        prefix = "sudo " if shutil.which("apt-get") else "on Debian or Ubuntu: sudo "
        stop(f"{why}\nInstall it and try again:\n    {prefix}{' '.join(command)}")
    say(f"{why} Installing {' '.join(packages)} …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdout=subprocess.DEVNULL)
    subprocess.run([command[0], "-qq", *command[1:]], check=True, env=quiet, stdout=subprocess.DEVNULL)


def make_environment() -> None:
    """Create .venv if it is not there or half made."""
    if PYTHON.exists() and (ENVIRONMENT / "pyvenv.cfg").exists():
        return
    say("Making .venv")
    uv = shutil.which("uv")
    if uv:
        subprocess.run(
            [uv, "venv", "-q", "--seed", "--clear", "--python", sys.executable, str(ENVIRONMENT)], check=True
        )
        return
    try:
        import ensurepip  # noqa: F401 - Debian splits it off: found out only by trying
        import venv  # noqa: F401
    except ImportError:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        install_or_name([version], "This Python has no ensurepip, so it cannot make an environment.")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)


def install(extras: str) -> None:
    """Install the project editable with its dependencies, unless the same was done before."""
    about = (ROOT / "pyproject.toml", ROOT / "hatch_build.py", CONSTRAINTS)
    wanted = hashlib.sha256(b"".join(each.read_bytes() for each in about)).hexdigest()
    stamp = ENVIRONMENT / f"installed{extras.strip('[]') and '-' + extras.strip('[]')}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing Shopwright and what it needs (the first time takes up to a minute)")
    uv = shutil.which("uv")
    tool = (
        [uv, "pip", "install", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    )
    done = subprocess.run([*tool, "-q", "-c", str(CONSTRAINTS), "-e", f"{ROOT}{extras}"], check=False)
    if done.returncode:
        stop("The installation failed (see above). Check the network, then run the same command again.")
    stamp.write_text(wanted)


def find_browser() -> str | None:
    """Return the Chromium that the browser tests drive."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def run(command: list[str]) -> int:
    """Hand over to a command; its exit code is ours."""
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - no shell: a list of arguments


def main(arguments: list[str]) -> int:
    """Set up what the command needs, then run it."""
    if sys.version_info < (3, 11):
        stop(f"Shopwright needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if not arguments or arguments[0] not in {"serve", "test", "shopwright"}:
        print(USAGE, file=sys.stderr)
        return 2
    verb, rest = arguments[0], arguments[1:]
    make_environment()
    install("[test]" if verb == "test" else "")
    if verb == "test":
        if find_browser() is None:
            install_or_name(BROWSER_PACKAGES, "The browser tests need Chromium and fonts.")
        return run([str(PYTHON), "-m", "pytest", *(rest or ["-n", "3", "--dist", "loadfile", "-q"])])
    if verb == "serve" and (not rest or rest[0].startswith("-")):
        rest = [str(ROOT / "sample_shops" / "tea"), *rest]
    return run([str(SCRIPTS / "shopwright"), *(["serve"] if verb == "serve" else []), *rest])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
