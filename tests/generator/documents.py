"""Short ways to read a text of YAML, for tests of the reader."""

from generator import document

FILE = "products/tea.yaml"


def read(tmp_path, raw):
    path = tmp_path / "tea.yaml"
    path.write_bytes(raw)
    return document.read(path, FILE)


def only(text):
    """Return the document and its only problem."""
    found, problems = document.parse(text, FILE)
    assert len(problems) == 1, problems
    return found, problems[0]


def codes(text):
    return [each.code for each in document.parse(text, FILE)[1]]


def good(text):
    found, problems = document.parse(text, FILE)
    assert problems == []
    return found.data
