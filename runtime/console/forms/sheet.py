"""One form of one file: made from its fields and data, filled by what a browser sent, read back as changes."""

from collections.abc import Iterable

from generator.editing.change import Change
from generator.fields import Field
from generator.problems import Problem
from generator.source.events import Data
from runtime.console.forms import acting, changing, placing, showing
from runtime.console.forms.binding import Given as Given  # noqa: PLC0414  shown to others from here
from runtime.console.forms.binding import Ground, bind
from runtime.console.forms.inputs import Inputs
from runtime.console.forms.placing import Mistake
from runtime.console.forms.showing import Shown


class Sheet:
    """A form. Without ``given`` it shows what stands in the file; ``only`` are the keys of the file that it is about.

    ``given`` is what a browser sent. Names that the form did not offer are not read, so nobody can write more than it
    shows.
    """

    def __init__(
        self, field: Field, data: Data, ground: Ground, given: Given | None = None, only: tuple[str, ...] = ()
    ) -> None:  # fmt: skip
        self._ground = ground
        self.focus = ""
        if given is not None and acting.is_asked(given):
            given, self.focus = acting.act(given)
        self.root = bind(field, data, ground, given, only)
        self._sent = Inputs(self.root, given) if given is not None else None

    def changes(self) -> list[Change]:
        """Return what was changed in the form, as changes of the file."""
        return changing.changes(self.root, self._sent) if self._sent is not None else []

    def data(self) -> Data:
        """Return the whole data that the form gives, for a file that is made anew."""
        return changing.made(self.root, self._sent or Inputs(self.root, Given()))

    def place(self, problems: Iterable[Problem], lang: str) -> list[Mistake]:
        """Return problems of the file in words (zh or en), each with the name of its field here."""
        return placing.place(self.root, problems, lang)

    def show(self, mistakes: Iterable[Mistake] = ()) -> Shown:
        """Return what a template shows, with mistakes at their fields."""
        return showing.show(self.root, self._ground, self._sent, placing.at_fields(list(mistakes)))
