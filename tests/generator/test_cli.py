"""The commands check and schema: what they print and how they end."""

import json

import pytest
from click.testing import CliRunner

from generator.cli import main
from generator.theming import sections


@pytest.fixture
def run(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, **environment):
        return CliRunner().invoke(main, [str(each) for each in arguments], env=environment)

    return call


def test_a_good_shop_ends_with_0(run, shop):
    done = run("check", shop)
    assert (done.exit_code, done.output) == (0, "no problems\n")


def test_a_shop_with_an_error_ends_with_1_and_names_its_place(run, shop):
    (shop / "products" / "longjing.yaml").write_text("title: Longjing\nprcie: 168\n")
    done = run("check", shop)
    assert done.exit_code == 1
    assert done.output.splitlines()[:4] == [
        "products/longjing.yaml:2:1: error unknown-key: unknown key “prcie” in Product",
        "  2 | prcie: 168",
        "    | ^^^^^",
        "  hint: did you mean price?",
    ]


def test_warnings_alone_end_with_0(run, shop):
    text = (shop / "shop.yaml").read_text()
    (shop / "shop.yaml").write_text(text.split("payment:")[0])
    done = run("check", shop, "--lang", "zh")
    assert done.exit_code == 0
    assert done.output.splitlines()[0] == "shop.yaml:1:1: warning no-payment: 店铺没有支付方式"


@pytest.mark.parametrize(
    ("environment", "word"), [({"LANG": "zh_CN.UTF-8"}, "没有问题"), ({"LANG": "C"}, "no problems")]
)
def test_the_language_is_the_locales(run, shop, environment, word):
    assert run("check", shop, **environment).output == f"{word}\n"


def test_json_is_json_and_annotations_are_annotations(run, shop):
    (shop / "products" / "longjing.yaml").write_text("title: Longjing\nprice: 16.888\n")
    done = run("check", shop, "--format", "json")
    report = json.loads(done.output)
    assert (done.exit_code, report["errors"], report["problems"][0]["code"]) == (1, 1, "price-precision")
    done = run("check", shop, "--format", "github")
    assert done.output.startswith(
        "::error file=products/longjing.yaml,line=2,col=8,endColumn=14,title=price-precision::"
    )


def test_no_more_problems_are_shown_than_asked_for(run, shop):
    (shop / "products" / "longjing.yaml").write_text("title: L\nprice: 1\nstatus: a\ntags: b\nstock: c\n")
    done = run("check", shop, "--most", 1)
    assert (done.output.count(": error "), "… not shown: 2 more" in done.output) == (1, True)


def test_the_cache_is_written_unless_it_is_not_wanted(run, shop):
    run("check", shop, "--no-cache")
    assert not (shop / "var").exists()
    run("check", shop)
    assert (shop / "var" / "cache").is_dir()


def test_a_folder_that_is_none_is_named(run, tmp_path):
    for command in ("check", "build"):
        done = run(command, tmp_path / "nowhere")
        assert done.exit_code == 1
        assert "shop-folder-missing" in done.output
    assert not (tmp_path / "nowhere").exists()


def test_wrong_usage_ends_with_2(run, shop):
    assert run("check").exit_code == 2
    assert run("check", shop, "--format", "xml").exit_code == 2
    assert run("schema", "prodcut").exit_code == 2
    assert "did you mean product?" in run("schema", "prodcut").output


def test_schemas_are_printed_by_name(run):
    assert run("schema").output.split() == sections.names()
    assert json.loads(run("schema", "product").output)["title"] == "Product"
    printed = json.loads(run("schema", "shop").output)
    assert "hero" in printed["$defs"]["sections"]["items"]["properties"]["section"]["enum"]


def test_the_schema_of_a_shop_holds_its_overlays_sections(run, shop):
    (shop / "theme" / "sections").mkdir(parents=True)
    (shop / "theme" / "sections" / "note.yaml").write_text("label: {zh: 便条, en: Note}\nsettings: []\n")
    printed = json.loads(run("schema", "shop", "--for", shop).output)
    assert "note" in printed["$defs"]["sections"]["items"]["properties"]["section"]["enum"]


def test_every_command_has_a_sentence_of_help():
    for name, command in main.commands.items():
        assert command.help, name
        assert command.help.strip().split("\n")[0].endswith((".", ";")) or command.hidden, name
