"""A merchant's own templates: what goes wrong is told with its line, and they reach nothing but the values they get."""

import resource
from pathlib import Path

import pytest
import tiny_shop
from tiny_shop import made, page, run

from generator import theme
from generator.places import THEMES
from generator.releases.publishing import Releases
from generator.theming import stages, templates, wording
from generator.theming.templates import Stage
from generator.views import Frame, Imprint

PAGE = "{% extends 'layout.html' %}\n{% block content %}\n<h1>{{ title }}</h1>\nHERE\n{% endblock %}\n"


@pytest.fixture
def shop(tmp_path):
    return tiny_shop.published(tmp_path / "shop")


def overlay(shop, text, name="pages/page.html"):
    path = shop / "theme" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def told(shop):
    before = tiny_shop.everything(shop)
    built = run(shop)
    assert built.release == ""
    assert tiny_shop.everything(shop) == before
    return [(each.code, each.file, each.mark.line) for each in built.problems]


def test_an_overlay_wins_over_the_theme(shop):
    overlay(shop, PAGE.replace("HERE", "<p>{{ t('cart.title') }}</p>"))
    made(shop)
    assert "<h1>关于</h1>\n<p>" in page(shop, "/pages/about/")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("{% if page.title %}", "theme-syntax", 5),
        ("{{ page.titel }}", "theme-undefined", 4),
        ("{{ titel }}", "theme-undefined", 4),
        ("{% include 'parts/heder.html' %}", "theme-template-missing", 4),
        ("{{ t('page.emtpy') }}", "theme-word-missing", 4),
        ("{{ asset('sheet.css') }}", "theme-asset-missing", 4),
        ("{{ 1 / 0 }}", "theme-render", 4),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "theme-recursion", 4),
        ("{{ page.title.__class__.__mro__ }}", "theme-forbidden", 4),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line_and_the_live_shop_stays_g48(shop, text, code, line):
    overlay(shop, PAGE.replace("HERE", text))
    assert told(shop) == [(code, "theme/pages/page.html", line)]


def test_a_template_of_the_runtime_with_a_mistake_fails_the_build_too_g48(shop):
    overlay(shop, "{% extends 'layout.html' %}\n{% block content %}\n{{ cart. }}\n{% endblock %}\n", "pages/order.html")
    assert told(shop) == [("theme-syntax", "theme/pages/order.html", 3)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (("{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
         "{% endfor %}{% endfor %}{% endfor %}"),
         {"theme-too-slow"}),
        ("{{ 'a' * 10000000000 }}", {"theme-too-big"}),
        ("{{ 'a'|center(10000000000) }}", {"theme-too-big", "theme-render"}),
        ("{{ 9 ** (9 ** 9) }}", {"theme-too-slow", "theme-too-big"}),
    ],
)  # fmt: skip
def test_a_template_that_eats_time_or_memory_is_stopped_g49(shop, text, codes):
    overlay(shop, PAGE.replace("HERE", text))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = told(shop)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert {code for code, _, _ in found} <= codes
    assert found[0][1] == "theme/pages/page.html"
    assert after.ru_utime - before.ru_utime < 8


ROOTS = ["page", "frame", "page.title", "sections", "t", "asset", "money", "address", "cycler", "joiner", "namespace",
         "lipsum", "dict", "range", "self", "loop", "content", "''", "()", "{}", "[]", "1", "none", "true"]  # fmt: skip
REACHES = [
    ".__class__", ".__init__", ".__globals__", ".__init__.__globals__", ".__class__.__base__.__subclasses__()",
    "|attr('__class__')", "['__class__']", "|attr('__init__')|attr('__globals__')", ".__dict__",
    ".__struct_fields__.__class__",
    "|attr('_' ~ '_class_' ~ '_')", ".__call__.__globals__", ".mro()", ".func_globals", ".gi_frame", ".__self__",
]  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tiny_shop.write(tmp_path_factory.mktemp("sandbox") / "shop")
    overlay(folder, PAGE)
    made(folder)
    releases = Releases(folder / "var")
    live = releases.folder(releases.find_live())
    texts = {path.relative_to(live / "theme").as_posix(): path for path in (live / "theme").rglob("*.html")}

    def source(name):
        return (texts[name].read_text("utf-8"), name) if name in texts else None

    return templates.environment(source, stages.read(live)["zh-CN"])


def escapes(environment, text):
    """Return what a template printed, or nothing where it was stopped."""
    values = {"page": {"title": "t"}, "sections": (), "content": "c", "loop": 1}
    try:
        return environment.from_string(text).render(values)
    except Exception:  # noqa: BLE001 - whatever stops it is good
        return ""


@pytest.mark.parametrize("root", ROOTS)
def test_no_template_reaches_into_the_program_g50(sandbox, root):
    for reach in REACHES:
        for end in ("", ".os", "['os']", ".os.popen('id').read()", "['__builtins__']['eval']('1')"):
            shown = escapes(sandbox, "{{ (" + root + ")" + reach + end + " }}")
            assert not any(
                sign in shown for sign in ("<class", "<function", "<module", "uid=", "built-in", "object at")
            ), (
                root,
                reach,
                end,
                shown,
            )


@pytest.mark.parametrize(
    "text",
    [
        "{% include '/etc/passwd' %}", "{% include '../../../../etc/passwd' %}", "{% extends '../stage.json' %}",
        "{% import os %}", "{% from '/proc/self/environ' import x %}", "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ ''.format.__self__ }}",
        "{{ '{0.__class__}'.format(page) }}", "{{ '%s' % self.__init__ }}", "{{ lipsum.__globals__['os'] }}",
        "{{ '{0.__init__.__globals__}'.format(frame) }}", "{{ t.words.clear() }}", "{{ [].append(1) }}",
        "{{ frame.settings.update({'a': 1}) }}", "{% do page.update({}) %}", "{{ config }}", "{{ request }}",
        "{{ '{0.a.__class__}'.format_map({'0': frame}) }}", "{{ url_for.__globals__ }}", "{{ get_flashed_messages }}",
    ],
)  # fmt: skip
def test_known_ways_out_of_a_sandbox_are_closed_g50(sandbox, text):
    shown = escapes(sandbox, text)
    assert not any(sign in shown for sign in ("root:", "uid=", "<class", "<function", "<module", "PATH=", "object at"))


@pytest.mark.parametrize("method", ["delete_instance", "select", "drop_table", "save", "create", "update", "delete"])
def test_templates_get_plain_values_without_methods_of_a_database_g51(sandbox, method):
    assert escapes(sandbox, "{{ frame." + method + "() }}") == ""
    assert escapes(sandbox, "{{ frame.imprint." + method + "() }}") == ""


def test_a_template_cannot_change_a_value_for_the_next_page_g51(sandbox):
    before = dict(sandbox.globals["frame"].settings)
    escapes(sandbox, "{% set frame.name = 'x' %}")
    escapes(sandbox, "{{ frame.settings.clear() }}")
    assert sandbox.globals["frame"].settings == before


def test_what_is_marked_once_is_rendered_once_for_its_key():
    calls = []
    stage = Stage(frame=_frame(), words={}, assets={}, timezone="UTC")
    found = templates.environment(lambda _name: None, stage)
    template = found.from_string("{% for n in (1, 2, 1) %}{% once n %}{{ see(n) }};{% endonce %}{% endfor %}")
    assert template.render(see=lambda n: calls.append(n) or f"<{n}>") == "&lt;1&gt;;&lt;2&gt;;&lt;1&gt;;"
    assert calls == [1, 2]


def _frame():
    return Frame(
        locale="en", locales=(), name="Tea", tagline="", logo=None, home="/", header=(), footer=(),
        imprint=Imprint(facts=(), notes=()), currency="EUR", country="DE", legal="DE", scheme={}, settings={},
        prefix="",
    )  # fmt: skip


def test_json_for_a_page_cannot_end_a_script_or_an_attribute():
    assert templates.json_filter({"a": "</script>'&\u2028"}) == ('{"a":"\\u003c/script\\u003e\\u0027\\u0026\\u2028"}')


def test_words_fall_back_to_the_language_then_to_english_and_count():
    catalogues = {"en": {"a": "A", "b": "B", "n.one": "{count} piece", "n.other": "{count} pieces"}, "de": {"a": "Ä"}}
    said = wording.Wording("de-AT", wording.merged("de-AT", catalogues))
    assert (said("a"), said("b"), said("n", count=1), said("n", count=2)) == ("Ä", "B", "1 piece", "2 pieces")
    with pytest.raises(wording.MissingWordError):
        said("c")


def test_a_theme_of_an_installed_package_is_found_and_runs_in_the_sandbox(shop, tmp_path, monkeypatch):
    site = tmp_path / "site-packages"
    plain = Path(__file__).parents[1] / "themes" / "plain"
    (site / "plain_theme-1.0.dist-info").mkdir(parents=True)
    (site / "plain_theme-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: plain-theme\nVersion: 1.0\n")
    (site / "plain_theme-1.0.dist-info/entry_points.txt").write_text(
        "[shopwright.themes]\nplain = plain_theme:FOLDER\n"
    )
    (site / "plain_theme.py").write_text(f"FOLDER = {str(plain)!r}\n")
    monkeypatch.syspath_prepend(site)
    text = tiny_shop.SHOP.replace("{name: harbour}", "{name: plain}")
    text = text.replace("section: shelf\n    shelf: green", "section: shelves\n    shelves: [green]")
    (shop / "shop.yaml").write_text(text, "utf-8")
    made(shop)
    assert '<h2><a href="/shelves/green/">绿茶</a></h2>' in page(shop, "/")
    releases = Releases(shop / "var")
    assert not stages.read(releases.folder(releases.find_live()))["en"].trusted


def test_every_locale_of_harbour_has_the_same_words():
    found, problems = theme.read([THEMES / "harbour"])
    assert problems == []
    keys = {locale: {key.removesuffix(".one") for key in words} for locale, words in found.words.items()}
    strip = {locale: {key.removesuffix(".other") for key in words} for locale, words in keys.items()}
    assert strip["en"] == strip["zh-CN"] == strip["de"]
