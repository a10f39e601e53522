"""``check`` over a folder of shops."""

import json

import pytest
from click.testing import CliRunner

from generator.cli import main

SHOP = """format: 1
name: Tea
url: https://tea.example.com
country: SG
locale: en
currency: SGD
seller:
  {type: company, legal_name: Tea Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
delivery:
  - {id: post, name: Post, kind: courier, rates: {by: quantity, zones: [{regions: ['*'], first: {fee: 10}}]}}
payment: [{gateway: rehearsal}]
"""


@pytest.fixture
def folder(tmp_path):
    for name, price in (("good", "9.50"), ("bad", "dear")):
        (tmp_path / name / "products").mkdir(parents=True)
        (tmp_path / name / "shop.yaml").write_text(SHOP, "utf-8")
        (tmp_path / name / "products/tin.yaml").write_text(f"title: Tin\nprice: {price}\n", "utf-8")
    return tmp_path


def check(folder, *options):
    return CliRunner().invoke(main, ["check", str(folder), "--lang", "en", "--no-cache", *options])


def test_every_shop_is_checked_and_a_bad_one_names_its_file_below_its_folder(folder):
    told = check(folder)
    assert told.exit_code == 1
    assert "bad/products/tin.yaml:2:8: error" in told.output
    assert "good: no problems" in told.output
    assert "2 shops: 1 without errors; with errors: bad" in told.output


def test_annotations_and_documents_know_the_shops_apart(folder):
    assert "::error file=bad/products/tin.yaml,line=2" in check(folder, "--format", "github").output
    document = json.loads(check(folder, "--format", "json").stdout)
    assert {name: found["errors"] for name, found in document.items()} == {"bad": 1, "good": 0}


def test_a_folder_of_good_shops_ends_well(folder):
    (folder / "bad/products/tin.yaml").write_text("title: Tin\nprice: 1\n", "utf-8")
    told = check(folder)
    assert (told.exit_code, "2 shops: 2 without errors" in told.output) == (0, True)
