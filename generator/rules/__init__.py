"""What a schema cannot say: one small function a rule, each taking a draft and giving problems."""

from collections.abc import Callable, Iterator

from generator.loading.draft import Draft, Problems
from generator.problems import Problem
from generator.rules import (
    addresses,
    china,
    colours,
    drafting,
    effects,
    europe,
    handles,
    live,
    paying,
    pictures,
    placing,
    promoting,
    redirecting,
    reductions,
    references,
    returning,
    shipping,
    skus,
    states,
    taxes,
    telling,
)

RULES: tuple[Callable[[Draft], Problems], ...] = (
    placing.strays,
    placing.translations,
    handles.forms,
    handles.collisions,
    handles.scripts,
    skus.unique,
    skus.codes,
    references.files,
    references.twice,
    references.pages,
    references.settings,
    references.promotions,
    pictures.good,
    addresses.menus,
    addresses.settings,
    addresses.texts,
    redirecting.redirects,
    colours.readable,
    shipping.ids,
    shipping.zones,
    shipping.examples,
    shipping.offered,
    paying.known,
    paying.complete,
    telling.hooks,
    live.defaults,
    live.network,
    live.sources,
    live.overlaps,
    effects.keys,
    effects.cheaper,
    effects.tiers,
    effects.members,
    promoting.named,
    promoting.periods,
    promoting.about_something,
    promoting.flash_stock,
    promoting.stacking,
    promoting.codes,
    reductions.logged,
    taxes.table,
    taxes.classes,
    returning.reasons,
    china.licence,
    china.filings,
    china.returns,
    china.chat,
    china.rooms,
    china.recordings,
    europe.imprint,
    europe.vat,
    europe.withdrawal,
    europe.unit_prices,
    europe.safety,
    states.return_policy,
    drafting.takes_no_money,
)


_ALONE = (placing.strays, handles.forms, handles.collisions, handles.scripts, skus.unique, skus.codes, pictures.good)
"""Rules that need no shop.yaml."""


def run(draft: Draft, *, whole: bool = True) -> Iterator[Problem]:
    """Ask every rule; without a readable shop.yaml only those that need none of it."""
    for rule in RULES if whole else _ALONE:
        yield from rule(draft)
