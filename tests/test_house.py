"""The house rules that machines can hold: linters, types, arrows between packages, and sizes."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = [ROOT / "generator", ROOT / "runtime"]
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py") if "_data" not in path.parts)
SCRIPTS = Path(sys.executable).parent
ROOT_ENTRIES = {
    "generator", "runtime", "themes", "schemas", "sample_shops", "tests", "docs", "benchmarks",
    "pyproject.toml", "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "dev.py", "hatch_build.py",
}  # fmt: skip


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--check", "--no-cache", "."],
        ["mypy", "--strict", "generator", "runtime"],
        ["lint-imports", "--no-cache"],
    ],
    ids=lambda command: command[0] + "-" + command[1].strip("-"),
)
def test_the_linters_have_nothing_to_say(command):
    done = run(str(SCRIPTS / command[0]), *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_longer_than_400_lines():
    assert {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 400} == {}


def test_the_median_file_is_about_120_lines():
    assert statistics.median(len(path.read_text().splitlines()) for path in SOURCES) <= 180


def functions():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def test_no_function_is_longer_than_50_lines():
    long = {
        f"{path.name}:{node.name}": n for path, node in functions() if (n := node.end_lineno - node.lineno + 1) > 50
    }
    assert long == {}


def test_no_function_takes_more_than_6_parameters():
    def count(node):
        given = [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
        return len([name for name in given if name not in {"self", "cls"}])

    # Click hands every option of a command to its function as a parameter of its own.
    def is_command(path):
        return path.name == "cli.py" or path.parent.name == "commands"

    many = {
        f"{path.name}:{node.name}": n for path, node in functions() if not is_command(path) and (n := count(node)) > 6
    }
    assert many == {}


def test_nothing_else_lies_at_the_root():
    tracked = run("git", "-c", "core.quotepath=off", "ls-files").stdout.splitlines() if (ROOT / ".git").exists() else []
    entries = {name.split("/")[0] for name in tracked}
    assert {name for name in entries if not name.startswith(".")} <= ROOT_ENTRIES


def test_modules_have_no_names_that_say_nothing():
    empty = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
    assert [str(path) for path in SOURCES if path.stem in empty] == []
