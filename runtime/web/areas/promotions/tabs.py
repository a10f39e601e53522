"""The lists of the area, side by side: promotions, coupons, group-buys, referrals, and a place to try them all."""

from typing import Any

from runtime.web.areas import shell
from runtime.web.areas.promotions.blueprint import HOME

COUPONS, GROUPS, REFERRALS, TRY = (f"{HOME}/~{name}" for name in ("coupons", "groups", "referrals", "try"))
_LISTS = (("all", HOME), ("coupons", COUPONS), ("groups", GROUPS), ("referrals", REFERRALS), ("try", TRY))


def areas(here: str) -> list[dict[str, Any]]:
    """Return the tabs with the current one marked."""
    return [{"url": url, "label": shell.say(f"promotions.tab.{name}"), "current": url == here} for name, url in _LISTS]
