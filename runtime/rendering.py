"""Pages of the running shop: the live release's templates in one locale, with the same environment as in the build."""

import threading
from pathlib import Path
from typing import Any

import jinja2

from generator.theming import stages, templates
from generator.theming.templates import Stage


class Renderer:
    """Renders templates of one release; an environment is made when its locale is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._theme = folder / "theme"
        self._stages = stages.read(folder)
        self._files = {
            path.relative_to(self._theme).as_posix(): path for path in self._theme.rglob("*") if path.is_file()
        }
        self._lock = threading.Lock()
        self._environments: dict[str, jinja2.Environment] = {}

    @property
    def stages(self) -> dict[str, Stage]:
        """Return what each locale's pages need beside their templates; the shop's own locale comes first."""
        return self._stages

    def environment(self, locale: str) -> jinja2.Environment:
        """Return the environment of a locale of the shop; raise KeyError for another one."""
        found = self._environments.get(locale)
        if found is None:
            with self._lock:
                found = self._environments.get(locale)
                if found is None:
                    found = templates.environment(self._source, self._stages[locale], bounded=True)
                    self._environments[locale] = found
        return found

    def render(self, template: str, locale: str, context: dict[str, Any]) -> str:
        """Render ``pages/<template>.html`` in a locale."""
        return self.environment(locale).get_template(f"pages/{template}.html").render(context)

    def warm(self) -> None:
        """Compile what the runtime renders, so that the first visitor does not wait for it."""
        for name in sorted(self._files):
            if name == "layout.html" or name.startswith(("parts/", "pages/")):
                self.environment(next(iter(self._stages))).get_template(name)

    def say(self, key: str, locale: str, **values: object) -> str:
        """Return a text of the theme in a locale."""
        return str(self.environment(locale).globals["t"](key, **values))  # type: ignore[operator]

    def _source(self, name: str) -> tuple[str, str] | None:
        """Find a template among the files that were there when the release was opened, and nowhere else."""
        path = self._files.get(name)
        return None if path is None else (path.read_text("utf-8"), str(path))
