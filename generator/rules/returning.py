"""Products that cannot be sent back."""

from collections.abc import Iterator

from generator.loading.draft import Draft
from generator.problems import Problem


def reasons(draft: Draft) -> Iterator[Problem]:
    """A product without no-reason return says why: the buyer confirms it for each such product."""
    for handle, product in draft.products.items():
        if not product.returns.allowed and product.returns.why is None:
            yield draft.at("product", handle, "return-reason-missing", ("returns",))
