"""Promotions in the console: lists, forms by kind, trials before saving, coupons and codes, group-buys."""

from runtime.web.areas.promotions import codes, deeds, listing, making, page, people, try_page
from runtime.web.areas.promotions.blueprint import blueprint

__all__ = ["blueprint", "codes", "deeds", "listing", "making", "page", "people", "try_page"]
