"""Progress of a build whose stderr is no terminal."""

import pytest

from generator import terminal


@pytest.mark.parametrize(
    ("lang", "lines"),
    [("en", "pages: 30 of 900\npictures: 2 of 9\n"), ("zh", "页面：30 / 900\n图片：2 / 9\n")],
)
def test_without_a_terminal_progress_is_one_line_every_five_seconds(lang, lines, capsys):
    seconds = 0.0
    show = terminal.lines_of_progress(lang, lambda: seconds)
    for at, kind, done, of in (
        (4.9, "pages", 20, 900), (5.0, "pages", 30, 900), (9.9, "pages", 60, 900), (10.0, "pictures", 2, 9),
    ):  # fmt: skip
        seconds = at
        show(kind, done, of)
    assert capsys.readouterr().err == lines


def test_a_build_of_less_than_five_seconds_says_nothing_on_its_way(capsys):
    with terminal.progress("en") as show:
        show("pages", 900, 900)
    assert capsys.readouterr().err == ""
