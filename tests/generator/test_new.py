"""A new shop is good from its first moment, and an editor knows its keys."""

import json

import jsonschema
import pytest

from generator import files, new
from generator.check import check


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_smallest_shop_has_no_problem_at_all(tmp_path, lang):
    made = new.make(tmp_path / "shop", None, lang)
    checked = check(tmp_path / "shop", cache=False)
    assert checked.problems == ()
    assert len(checked.shop.products) == 1
    assert "shop.yaml" in made


@pytest.mark.parametrize("sample", new.samples())
def test_a_copy_of_a_sample_has_no_problem(tmp_path, sample):
    new.make(tmp_path / "shop", sample, "en")
    assert check(tmp_path / "shop", cache=False).problems == ()


def test_what_the_running_shop_writes_is_kept_out_of_git(tmp_path):
    new.make(tmp_path / "shop", None, "en")
    assert "var/" in (tmp_path / "shop" / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("file", "kind", "up"),
    [
        ("shop.yaml", "shop", ""),
        ("products/first-product.yaml", "product", "../"),
        ("shelves/all.yaml", "shelf", "../"),
    ],
)
def test_every_file_names_its_schema_and_the_schema_is_there(tmp_path, file, kind, up):
    shop = tmp_path / "shop"
    new.make(shop, None, "en")
    first = (shop / file).read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={up}.schemas/{kind}.json"
    tree = json.loads((shop / ".schemas" / f"{kind}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(tree)
    assert tree["title"]


def test_the_editors_schema_speaks_the_language_that_was_asked_for(tmp_path):
    for lang, title in {"en": "Price", "zh": "价格"}.items():
        new.make(tmp_path / lang, None, lang)
        tree = json.loads((tmp_path / lang / ".schemas" / "product.json").read_text(encoding="utf-8"))
        assert tree["properties"]["price"]["title"] == title
        assert "x-zh" not in json.dumps(tree)


def test_the_editors_schema_of_a_shop_knows_the_sections_of_its_theme(tmp_path):
    new.make(tmp_path / "shop", None, "en")
    tree = json.loads((tmp_path / "shop" / ".schemas" / "shop.json").read_text(encoding="utf-8"))
    assert "hero" in tree["$defs"]["sections"]["items"]["properties"]["section"]["enum"]
    assert "heading" in tree["$defs"]["section-hero"]["properties"]


@pytest.mark.parametrize("name", ["note.txt", ".hidden"])
def test_g67_a_folder_with_anything_in_it_is_refused_and_left_as_it_is(tmp_path, name):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(files.RefusedError) as refused:
        new.make(tmp_path, None, "en")
    assert refused.value.code == "output-not-empty"
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_g67_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "shop").write_text("mine", encoding="utf-8")
    with pytest.raises(files.RefusedError):
        new.make(tmp_path / "shop", None, "en")
    assert (tmp_path / "shop").read_text(encoding="utf-8") == "mine"


def test_an_empty_folder_and_one_that_git_has_begun_are_good(tmp_path):
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    new.make(tmp_path / "shop", None, "en")
    assert check(tmp_path / "shop", cache=False).problems == ()


def test_an_unknown_sample_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(files.RefusedError) as refused:
        new.make(tmp_path / "shop", "coffee", "en")
    assert (refused.value.code, refused.value.values["known"]) == ("output-unknown-sample", ", ".join(new.samples()))
    assert list(tmp_path.iterdir()) == []


def test_g58_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    whole, count = files.replace, []

    def full(path, data, **more):
        count.append(path)
        if len(count) == 4:
            raise OSError(28, "No space left on device")
        whole(path, data, **more)

    monkeypatch.setattr(files, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        new.make(tmp_path / "shop", None, "en")
    assert list(tmp_path.iterdir()) == []
