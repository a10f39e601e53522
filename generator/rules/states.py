"""The United States' pack."""

from collections.abc import Iterator

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem


def return_policy(draft: Draft) -> Iterator[Problem]:
    """States such as California and New York want the return policy shown before the purchase."""
    if draft.shop.legal == "US" and draft.products and draft.shop.returns.page is None:
        yield in_shop("legal-us-return-policy", ("returns",))
