"""What delivery costs: rates, a place and the size of an order become a fee. The till and `check` ask the same function."""

from generator.regions import EVERYWHERE
from generator.shop import Rates, Zone


def find_zone(rates: Rates, country: str, region: str = "") -> Zone | None:
    """Return the zone that serves a place: its region before its country before everywhere; None if none does."""
    places = [f"{country}-{region}", country, EVERYWHERE] if region else [country, EVERYWHERE]
    if places[0] in rates.excluded or country in rates.excluded:
        return None
    for place in places:
        for zone in rates.zones:
            if place in zone.regions:
                return zone
    return None


def fee(rates: Rates, zone: Zone, size: int, amount: int) -> int:
    """Return minor units for an order of a size in the unit of ``rates.by``, whose goods cost ``amount``."""
    if zone.free_over is not None and amount >= zone.free_over:
        return 0
    if not zone.each or size <= zone.first_up_to:
        return zone.first_fee
    steps = -(-(size - zone.first_up_to) // zone.each)
    return zone.first_fee + steps * zone.each_fee
