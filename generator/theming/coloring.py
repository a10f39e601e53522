"""The colours of a shop as a small style sheet: custom properties for light and dark, for every scheme of the theme."""

from collections.abc import Mapping

from generator.shop import ThemeChoice
from generator.theming.sections import Offer

Roles = dict[str, str]


def chosen(offer: Offer, choice: ThemeChoice) -> tuple[Roles, Roles]:
    """Return the shop's own roles, light and dark: its scheme with its own colours over it."""
    name = choice.scheme or next(iter(offer.schemes), "")
    scheme = offer.schemes.get(name, {})
    light = {**scheme.get("light", {}), **choice.colors}
    # Own colours are made for light: a dark scheme keeps its own, else text could become unreadable.
    return light, dict(scheme.get("dark", {}))


def sheet(offer: Offer, choice: ThemeChoice) -> str:
    """Return the style sheet: ``:root`` has the shop's colours.

    Where the theme lets a section choose a scheme of its own, ``.scheme-<name>`` has the colours of each.
    """
    own = chosen(offer, choice)
    rules = {":root": own}
    if _offers_schemes(offer):
        used = choice.scheme or next(iter(offer.schemes), "")
        for name, each in offer.schemes.items():
            rules[".scheme-" + name] = own if name == used else (each.get("light", {}), each.get("dark", {}))
    bright = "".join(f"{selector}{{{_properties(each[0])}}}" for selector, each in rules.items() if each[0])
    night = "".join(f"{selector}{{{_properties(each[1])}}}" for selector, each in rules.items() if each[1])
    return bright + (f"@media (prefers-color-scheme:dark){{{night}}}" if night else "") + "\n"


def _offers_schemes(offer: Offer) -> bool:
    sidecars = (*offer.sections.values(), *offer.blocks.values())
    return any(setting.type == "scheme" for sidecar in sidecars for setting in sidecar.settings)


def _properties(roles: Mapping[str, str]) -> str:
    return ";".join(f"--{role.replace('_', '-')}:{colour}" for role, colour in roles.items())
