"""The lists of the area, side by side, with a place to try them all; who brought whom is told by Share."""

from typing import Any

from runtime.web.areas import shell
from runtime.web.areas.promotions.blueprint import HOME

COUPONS, GROUPS, TRY = (f"{HOME}/~{name}" for name in ("coupons", "groups", "try"))
REFERRALS = "/console/share/referrals"
_LISTS = (("all", HOME), ("coupons", COUPONS), ("groups", GROUPS), ("try", TRY), ("referrals", REFERRALS))


def areas(here: str) -> list[dict[str, Any]]:
    """Return the tabs with the current one marked."""
    return [
        {
            "url": url,
            "label": shell.say(f"promotions.tab.{name}"),
            "current": url == here,
            "outside": not url.startswith(HOME),
        }
        for name, url in _LISTS
    ]
