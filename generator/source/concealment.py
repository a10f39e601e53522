"""Secrets that stand in a file by mistake."""

from generator.messages import problem
from generator.problems import Problem
from generator.source.decoding import place
from generator.source.redaction import spans


def find(text: str, file: str) -> list[Problem]:
    """Return a problem for every value that looks like a secret; the problem does not hold the value."""
    return [problem("secret-in-file", file, place(text, start, end - start)) for start, end in spans(text)]
