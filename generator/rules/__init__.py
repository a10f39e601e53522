"""What a schema cannot say: one small function a rule, each taking a draft and giving problems."""

from collections.abc import Callable, Iterator

from generator.draft import Draft, Problems
from generator.problems import Problem

RULES: tuple[Callable[[Draft], Problems], ...] = ()


def run(draft: Draft) -> Iterator[Problem]:
    """Ask every rule."""
    for rule in RULES:
        yield from rule(draft)
