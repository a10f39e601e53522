"""What open browsers are told: the number of the last build, what they have to do about it, and what is wrong."""

import threading

import msgspec

from generator.releases.rebuild import Outcome, Said


class News(msgspec.Struct, frozen=True):
    """The state after a build. ``styles`` are old and new addresses of style sheets where nothing else changed."""

    number: int = 0
    pages: int = 0
    """The number of the last build that changed more than style sheets: a browser with an older one loads again."""
    styles: dict[str, str] = {}
    said: tuple[Said, ...] = ()
    fault: str = ""


class Board:
    """One state that is written by the builder and waited for by browsers."""

    def __init__(self) -> None:
        self._news = News()
        self._turn = threading.Condition()
        self._over = False

    @property
    def news(self) -> News:
        """Return the state of now."""
        return self._news

    def tell(self, outcome: Outcome, styles: dict[str, str] | None) -> None:
        """Write down a build; ``styles`` is None where pages changed, too."""
        with self._turn:
            number = self._news.number + 1
            errors = tuple(each for each in outcome.said if each.severity == "error") if not outcome.release else ()
            broken = bool(errors or outcome.fault)
            self._news = News(
                number=number,
                pages=self._news.pages if broken or styles is not None else number,
                styles=styles or {},
                said=errors,
                fault=outcome.fault,
            )
            self._turn.notify_all()

    def wait(self, seen: int, seconds: float) -> News:
        """Wait until there is a newer state than the one seen, or the time is up; return the state of now."""
        with self._turn:
            self._turn.wait_for(lambda: self._news.number > seen or self._over, seconds)
            return self._news

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._turn:
            self._over = True
            self._turn.notify_all()
