"""How channels, products and rooms are called in a report."""

from runtime.console import words
from runtime.visits.channels import LINK


def channel(name: str, locale: str) -> str:
    """Return how a channel is called: by the console's word, or as its link names itself."""
    if name.startswith(LINK):
        return name.removeprefix(LINK)
    key = f"data.channel.{name or 'none'}"
    return words.say(key, locale) if key in words.wording(locale).words else name


def title(texts: dict[str, str] | None, locale: str, otherwise: str) -> str:
    """Return a title in a language, or in the first that it has."""
    return (texts.get(locale) or next(iter(texts.values()), otherwise)) if texts else otherwise
