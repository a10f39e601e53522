"""Builds for ``dev`` put whatever happens into words and remember nothing of the build before."""

import subprocess
import sys

import msgspec
import pytest
import tiny_shop

from generator.releases import rebuild
from generator.releases.rebuild import Outcome


def test_a_good_build_names_its_release_and_the_folders_of_its_theme(tmp_path):
    outcome = rebuild.run(tiny_shop.write(tmp_path / "shop", 1), "en")
    assert len(outcome.release) == 16
    assert (outcome.fault, [each for each in outcome.said if each.severity == "error"]) == ("", [])
    assert any(folder.endswith("harbour") for folder in outcome.folders)


@pytest.mark.parametrize(("lang", "words"), [("en", "is not an amount"), ("zh", "不是金额")])
def test_a_mistake_is_told_with_its_place_and_its_line_in_the_readers_language(tmp_path, lang, words):
    folder = tiny_shop.write(tmp_path / "shop", 1)
    tiny_shop.product(folder, "tea-1", "{zh-CN: 龙井, en: Longjing}", "1x0")
    outcome = rebuild.run(folder, lang)
    assert outcome.release == ""
    first = outcome.said[0]
    assert (first.severity, first.place) == ("error", "products/tea-1.yaml:2:8")
    assert first.text.startswith("price-form: ")
    assert words in first.text
    assert "2 | price: 1x0" in first.text
    assert "^^^" in first.text


def test_what_the_world_refuses_is_a_fault_and_no_end(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 1)
    (folder / "var").write_text("in the way")
    assert rebuild.run(folder, "en").fault.startswith("output-file")


def test_the_child_answers_a_line_with_a_line_and_sees_changes_of_a_theme(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 1)
    process = subprocess.Popen(
        [sys.executable, "-m", "generator.releases.rebuild", str(folder), "en"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def ask():
        process.stdin.write(b"build\n")
        process.stdin.flush()
        return msgspec.json.decode(process.stdout.readline(), type=Outcome)

    try:
        first = ask()
        assert first.release
        (folder / "theme" / "sections").mkdir(parents=True)
        (folder / "theme/sections/hello.html").write_text("<p>{{ section.settings.words }}</p>\n")
        (folder / "theme/sections/hello.yaml").write_text(
            "name: hello\nlabel: {zh: 你好, en: Hello}\n"
            "settings: [{id: words, type: text, label: {zh: 字, en: Words}}]\n"
        )
        with (folder / "shop.yaml").open("a", encoding="utf-8") as shop:
            words = "{zh-CN: 早, en: Morning}"
            shop.write(f"layouts: {{page: [{{section: page-main}}, {{section: hello, words: {words}}}]}}\n")
        second = ask()
        assert second.release not in {"", first.release}, second
        assert "<p>早</p>" in tiny_shop.page(folder, "/pages/about/")
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()
