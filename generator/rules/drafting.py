"""A seller whose details follow: what is lacking is warned of, and until it is there no real money is taken."""

from collections.abc import Iterable, Iterator

import msgspec

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem, Severity

_REHEARSAL = "rehearsal"
_AWAITED = frozenset(
    {
        "legal-cn-licence-missing",
        "legal-cn-licence-picture-missing",
        "legal-cn-exemption-missing",
        "legal-cn-seller-incomplete",
        "legal-eu-imprint",
    }
)
"""What may follow; a number that is wrong is wrong at once."""


def takes_no_money(draft: Draft) -> Iterator[Problem]:
    """Nobody is asked for real money by a seller whom the law would not let sell."""
    if not draft.shop.seller.draft:
        return
    for number, method in enumerate(draft.shop.payment):
        if method.gateway != _REHEARSAL:
            yield in_shop("legal-draft-sells", ("payment", number, "gateway"), gateway=method.gateway)


def milder(draft: Draft, problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems, those that the seller announced as to be solved only as warnings."""
    if not draft.shop.seller.draft:
        return list(problems)
    return [
        msgspec.structs.replace(each, severity=Severity.WARNING) if each.code in _AWAITED else each for each in problems
    ]
