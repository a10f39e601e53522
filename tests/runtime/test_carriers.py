"""A carrier is found by any of its names, guessed from a number, and leads to the page of the parcel."""

import re
import sys
from urllib.parse import urlsplit

import pytest

from runtime import carriers


@pytest.mark.parametrize("text", ["sf", "SF", "顺丰", "顺丰速运", "SF Express", "sf-express", "ＳＦ"])
def test_a_carrier_is_found_by_its_id_and_by_any_of_its_names(text):
    assert carriers.find(text).id == "sf"


def test_a_carrier_that_nobody_knows_keeps_its_name_and_has_no_link():
    assert (carriers.find("阿福跑腿"), carriers.name("阿福跑腿", "zh-CN"), carriers.link("阿福跑腿", "7")) == (
        None, "阿福跑腿", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "ids"),
    [
        ("SF1234567890123", ["sf"]),
        ("YT1234567890123", ["yto"]),
        ("1Z999AA10123456784", ["ups"]),
        ("0034 0434 1612 3456 7890", ["dhl"]),
        ("RB123456789GB", ["royal-mail"]),
        ("nothing", []),
    ],
)
def test_a_number_names_its_carriers(number, ids):
    assert [carrier.id for carrier in carriers.guess(number)] == ids


def test_a_number_cannot_leave_the_address_of_the_link():
    link = carriers.link("ups", "1Z&x=<script>#/../ 9")
    assert link == "https://www.ups.com/track?tracknum=1Z%26x%3D%3Cscript%3E%23%2F..%2F9"


def test_every_carrier_has_a_safe_link_a_name_in_english_and_a_pattern_that_compiles():
    for carrier in carriers.known().values():
        assert carrier.name["en"]
        assert urlsplit(carrier.link).scheme == "https"
        assert carrier.link.count("{number}") == 1
        re.compile(carrier.pattern)


def test_no_name_means_two_carriers():
    owners = {}
    for carrier in carriers.known().values():
        for each in (carrier.id, *carrier.name.values(), *carrier.also):
            owners.setdefault(carriers._plain(each), set()).add(carrier.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_a_plugin_brings_a_carrier(tmp_path, monkeypatch):
    (tmp_path / "paws.py").write_text(
        "from runtime.carriers import Carrier\n"
        "PAWS = Carrier(id='paws', name={'en': 'Paws'}, link='https://paws.example/{number}')\n"
    )
    facts = tmp_path / "paws-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: paws\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[shopwright.carriers]\npaws = paws:PAWS\n")
    monkeypatch.syspath_prepend(tmp_path)
    carriers.known.cache_clear()
    try:
        assert carriers.link("paws", "a b") == "https://paws.example/ab"
    finally:
        sys.modules.pop("paws", None)
        carriers.known.cache_clear()
