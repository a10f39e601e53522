"""Installed plugins take part in the check: their gateways are known, and their settings have schemas."""

import json
import sys

import pytest
import tiny_shop
from click.testing import CliRunner

from generator import plugins
from generator.cli import main

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Paybox",
    "type": "object",
    "required": ["merchant"],
    "properties": {
        "merchant": {"$ref": "#/$defs/number"},
        "mode": {"title": "Mode", "enum": ["sandbox", "real"]},
        "secret": {"title": "Secret", "type": "string"},
    },
    "$defs": {"number": {"title": "Merchant", "type": "string", "pattern": "^M[0-9]{4}$"}},
}
CODE = "raise SystemExit('a check must not run the code of a plugin')\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Install a package with a payment gateway, as pip would, into a folder that Python looks into."""
    place = tmp_path / "site"
    package, info = place / "paybox_shopwright", place / "paybox_shopwright-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text(CODE, "utf-8")
    (package / "paybox.schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: paybox-shopwright\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[shopwright.gateways]\npaybox = paybox_shopwright:make\n", "utf-8")
    monkeypatch.syspath_prepend(str(place))
    yield place
    sys.modules.pop("paybox_shopwright", None)


def told(folder, payment):
    shop = folder / "shop.yaml"
    shop.write_text(
        shop.read_text("utf-8").replace("payment: [{gateway: rehearsal}]", f"payment: [{payment}]"), "utf-8"
    )
    done = CliRunner().invoke(main, ["check", str(folder), "--format", "json", "--lang", "en", "--no-cache"])
    listed = json.loads(done.stdout)
    return [(each["code"], each.get("suggestion", "")) for each in listed["problems"] if each["severity"] == "error"]


@pytest.fixture
def folder(tmp_path):
    return tiny_shop.write(tmp_path / "shop", 1)


@pytest.mark.usefixtures("site")
def test_settings_that_a_plugin_wants_are_good(folder):
    assert told(folder, "{gateway: paybox, merchant: M0007, mode: real, name: Box, x-note: mine}") == []


@pytest.mark.parametrize(
    ("payment", "code", "hint"),
    [
        ("{gateway: paybox}", "missing-key", ""),
        ("{gateway: paybox, merchant: M0007, mod: real}", "unknown-key", "mode"),
        ("{gateway: paybox, merchant: M0007, mode: reel}", "not-allowed-value", "real"),
        ("{gateway: paybx, merchant: M0007}", "unknown-gateway", "paybox"),
    ],
)
@pytest.mark.usefixtures("site")
def test_settings_are_checked_by_the_schema_that_the_plugin_brings(folder, payment, code, hint):
    found = told(folder, payment)
    assert [each[0] for each in found] == [code]
    assert found[0][1] == hint


@pytest.mark.usefixtures("site")
def test_a_pattern_behind_a_reference_of_the_plugins_own_holds(folder):
    assert len(told(folder, "{gateway: paybox, merchant: 0007}")) == 1


def test_without_the_package_its_gateway_is_unknown(folder):
    assert [each[0] for each in told(folder, "{gateway: paybox, merchant: M0007}")] == ["unknown-gateway"]


@pytest.mark.usefixtures("site")
def test_the_schema_of_a_shop_is_printed_with_the_plugins_settings():
    done = CliRunner().invoke(main, ["schema", "shop"])
    tree = json.loads(done.stdout)
    assert tree["$defs"]["gateway-paybox"]["properties"]["mode"] == SCHEMA["properties"]["mode"]
    assert tree["$defs"]["gateway-paybox"]["properties"]["merchant"] == {"$ref": "#/$defs/gateway-paybox/$defs/number"}


@pytest.mark.parametrize("text", ["{", '{"type": 7}', '{"type": "array"}', "[]"])
def test_a_plugin_whose_schema_is_none_is_named(site, text):
    file = site / "paybox_shopwright/paybox.schema.json"
    file.write_text(text, "utf-8")
    with pytest.raises(plugins.PluginError, match=r"paybox\.schema\.json is no JSON Schema"):
        plugins.schemas(plugins.GATEWAYS)


def test_a_plugin_without_a_schema_takes_any_settings(site, folder):
    (site / "paybox_shopwright/paybox.schema.json").unlink()
    assert told(folder, "{gateway: paybox, anything: 7}") == []
