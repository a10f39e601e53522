"""Writes pages of the console from their templates."""

from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2

from runtime.console import assets, words

FOLDER = Path(__file__).with_name("templates")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = assets.all_assets().address
    made.globals["languages"] = words.LANGUAGES
    return made


def render(template: str, locale: str, context: dict[str, Any]) -> str:
    """Render a template of the console in a language."""
    said = {"t": partial(words.say, locale=locale), "locale": locale, "scripts": partial(words.scripts, locale)}
    return _environment().get_template(template).render(said | context)
