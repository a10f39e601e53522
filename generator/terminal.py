"""What commands say on a terminal beside problems: progress, closing reports, and why the world did not let us."""

import contextlib
import errno
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import click

from generator.files import RefusedError
from generator.releases.figures import Figures
from generator.releases.publishing import NoEarlierReleaseError, NoReleaseError

_REFUSALS = {
    "already-running": (
        "another build of this shop is running (process {pid}); try again when it is done",
        "这家店的另一个构建正在运行（进程 {pid}），等它结束再试",
    ),
    "output-forbidden": (
        "{path} is a root, a home or a shop: choose a folder of its own for --out",
        "{path} 是根目录、主目录或店铺目录：请为 --out 另选一个单独的文件夹",
    ),
    "output-foreign": (
        "{path} holds files that we did not write; choose an empty folder for --out",
        "{path} 里有不是我们写的文件；请为 --out 选一个空文件夹",
    ),
    "output-file": ("{path} is a file where a folder is needed", "{path} 是文件，这里需要文件夹"),
    "output-not-empty": (
        "{path} is not empty; choose a new folder", "{path} 不是空文件夹，请另选一个新文件夹",
    ),
    "output-unknown-sample": (
        "there is no sample shop {sample}; there are: {known}", "没有 {sample} 这个示例店铺，可以用：{known}",
    ),
    "output-link": (
        "{path} is a symbolic link, which we do not write through; remove it",
        "{path} 是符号链接，我们不会通过它写入；请删除它",
    ),
}  # fmt: skip
_FAULTS = {
    errno.ENOSPC: ("the disk is full: {path}", "磁盘已满：{path}"),
    errno.EDQUOT: ("the disk quota is used up: {path}", "磁盘配额已用完：{path}"),
    errno.EROFS: ("this disk is read-only: {path}", "磁盘是只读的：{path}"),
    errno.EACCES: ("no permission to write {path}", "没有权限写入 {path}"),
    errno.EPERM: ("no permission to write {path}", "没有权限写入 {path}"),
    errno.EMFILE: ("too many open files (ulimit -n)", "打开的文件太多（ulimit -n）"),
    errno.EIO: ("the disk does not work: {path}", "磁盘读写出错：{path}"),
}  # fmt: skip
_UNCHANGED = ("the live shop is as it was", "线上的店铺没有变化")
_LONG = {"pages": 200, "pictures": 4}
_KINDS = {"pages": ("pages", "页面"), "pictures": ("pictures", "图片")}
REFUSED, USAGE, WORLD = 1, 2, 3
_EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal to draw a bar on."""


def say(lang: str, english: str, chinese: str) -> None:
    """Say something on stderr in the reader's language."""
    click.echo(chinese if lang == "zh" else english, err=True)


@contextlib.contextmanager
def world(lang: str) -> Iterator[None]:
    """End a command with 3 (2: wrong folder, 1: no earlier release) and a sentence where the world is in its way."""
    try:
        yield
    except RefusedError as error:
        english, chinese = (text.format_map(error.values) for text in _REFUSALS[error.code])
        say(lang, f"error: {english}", f"错误：{chinese}")
        sys.exit(USAGE if error.code.startswith("output-") else WORLD)
    except NoEarlierReleaseError:
        say(lang, "error: there is no earlier release", "错误：没有更早的版本")
        sys.exit(REFUSED)
    except NoReleaseError as error:
        say(lang, f"error: there is no such release: {error}", f"错误：没有这个版本：{error}")
        sys.exit(WORLD)
    except OSError as error:
        texts = _FAULTS.get(error.errno or 0, (f"{error.strerror or error}: {{path}}",) * 2)
        english, chinese = (text.format(path=error.filename or "") for text in texts)
        say(lang, f"error: {english} ({_UNCHANGED[0]})", f"错误：{chinese}（{_UNCHANGED[1]}）")
        sys.exit(WORLD)


@contextlib.contextmanager
def progress(lang: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on stderr while many pages are rendered, or now and then a line where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lines_of_progress(lang, time.monotonic)
        return
    stack = contextlib.ExitStack()
    current: dict[str, Any] = {}

    def show(kind: str, done: int, of: int) -> None:
        if of < _LONG[kind]:
            return
        if kind not in current:
            stack.close()
            label = _KINDS[kind][lang == "zh"]
            current[kind] = stack.enter_context(click.progressbar(length=of, label=label, file=sys.stderr))
        current[kind].update(done - current[kind].pos)

    with stack:
        yield show


def lines_of_progress(lang: str, clock: Callable[[], float]) -> Callable[[str, int, int], None]:
    """Return what writes one line of progress to stderr every five seconds, and nothing about a short build."""
    last = clock()

    def show(kind: str, done: int, of: int) -> None:
        nonlocal last
        if clock() - last >= _EVERY:
            last = clock()
            english, chinese = _KINDS[kind]
            say(lang, f"{english}: {done} of {of}", f"{chinese}：{done} / {of}")

    return show


def kilobytes(size: int) -> str:
    """Write a size as people read it."""
    return f"{size / 1000:.1f} KB" if size < 10**6 else f"{size / 10**6:.1f} MB"


def closing(figures: Figures, lang: str) -> str:
    """Return the closing report of a build."""
    heavy = f"{figures.heaviest} {kilobytes(figures.weight)}"
    if lang == "zh":
        return (
            f"{figures.pages} 个页面（重新生成 {figures.rendered} 个），{figures.pictures} 个图片文件，"
            f"最重的页面 {heavy}，用时 {figures.seconds:.2f} 秒"
        )
    return (
        f"{figures.pages} pages ({figures.rendered} rendered), {figures.pictures} picture files, "
        f"heaviest page {heavy}, {figures.seconds:.2f} s"
    )
