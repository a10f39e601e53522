"""What is said about one kind of problem, in every language that we speak."""

import msgspec

from generator.problems import Severity

Example = str | dict[str, str | None]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The words for one code; ``{name}`` in them is filled from ``Problem.values`` (and ``{suggestion}``).

    ``bad`` and ``good`` are examples that docs/problems.md shows and a test runs. A string is a piece of ``file``: the
    rest of a small good shop is put around it, its own top-level keys replaced. ``whole`` says that it is all of the
    file. A dict holds several files; None takes a file of the small shop away.
    A hint that names ``{suggestion}`` is left out when there is none; where no hint names it, a suggestion is shown as
    "did you mean".
    """

    en: str
    zh: str
    en_hint: str = ""
    zh_hint: str = ""
    en_related: str = "first given here"
    zh_related: str = "第一次写在这里"
    severity: Severity = Severity.ERROR
    file: str = "shop.yaml"
    bad: Example
    good: Example
    whole: bool = False
    stage: str = "check"
    """When it is found: by ``check``, or only by ``build``."""

    def words(self, lang: str) -> str:
        """Return the message in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en

    def hint(self, lang: str) -> str:
        """Return the hint in ``zh`` or ``en``; empty if there is none."""
        return self.zh_hint if lang == "zh" else self.en_hint

    def related(self, lang: str) -> str:
        """Return what stands in the second place of such a problem."""
        return self.zh_related if lang == "zh" else self.en_related
