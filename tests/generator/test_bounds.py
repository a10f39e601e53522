"""Merchants' templates in a running shop: what they may do and write is counted, not timed."""

import tracemalloc

import jinja2
import pytest

from generator.theming import bounds
from generator.theming.bounds import BoundedEnvironment, TooMuchError
from generator.theming.engines import Once
from generator.theming.templates import json_filter

BIG = "{% set big = 'abcdefgh' * 1000 %}"
GREEDY = {
    "loops": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "filtered loops": "{% for a in range(9999) %}{% for b in range(9999) if b < 0 %}{% endfor %}{% endfor %}",
    "recursive loops": "{% for a in range(500) recursive %}{{ loop(range(500)) if loop.depth < 4 }}{% endfor %}",
    "sums": "{% for a in range(9999) %}{% set x = range(90000)|sum %}{% endfor %}",
    "maps": "{% for a in range(999) %}{% set x = range(90000)|map('string')|join %}{% endfor %}",
    "macros": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "a product": "{{ 'a' * 10000000000 }}",
    "a list": "{{ [1] * 10000000000 }}",
    "a power": "{{ 9 ** (9 ** 9) }}",
    "squares": "{% set n = namespace(x=3) %}{% for a in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}",
    "center": "{{ 'a'|center(10000000000) }}",
    "mapped center": "{{ ['a']|map('center', 10000000000)|list }}",
    "ljust": "{{ 'a'.ljust(10000000000) }}",
    "percent": "{{ '%9999999999d' % 1 }}",
    "starred percent": "{{ '%*d' % (9999999999, 1) }}",
    "format filter": "{{ '%9999999999d'|format(1) }}",
    "format": "{{ '{:>9999999999}'.format(1) }}",
    "nested format": "{{ '{:>{}}'.format(1, 9999999999) }}",
    "lorem ipsum": "{{ lipsum(n=100000000) }}",
    "doubling": "{% set n = namespace(x='a') %}{% for a in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "doubling blocks": "{% set n = namespace(x='a') %}"
    "{% for a in range(60) %}{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
    "doubling lists": "{% set n = namespace(x=['a']) %}{% for a in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "nested lists": "{% set n = namespace(x=['a']) %}"
    "{% for a in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    "replacing": BIG + "{{ big.replace('', big) }}",
    "joining": BIG + "{{ big.join([big] * 9999) }}",
    "joining by a filter": BIG + "{{ ([big] * 9999)|join(big) }}",
    "json": BIG + "{{ ([big] * 9999)|json }}",
    "text": "{% macro m() %}{% for a in range(9999) %}" + "x" * 5000 + "{% endfor %}{% endmacro %}{{ m() }}",
    "plain text": "{% for a in range(9999) %}" + "x" * 5000 + "{% endfor %}",
    "including": "{% include 'parts/more.html' %}",
    "importing": "{% for a in range(99999) %}{% import 'parts/footer.html' as f with context %}{% endfor %}",
}  # fmt: skip


def environment(**templates):
    parts = {f"parts/{name}.html": text for name, text in templates.items()}
    made = BoundedEnvironment(
        loader=jinja2.DictLoader(parts), autoescape=True, undefined=jinja2.StrictUndefined, extensions=[Once]
    )
    made.filters["json"] = json_filter
    return made


TEMPLATES = {
    "more": "{% if not page %}{% endif %}{% include 'parts/more2.html' %}{% include 'parts/more2.html' %}",
    "footer": "{% macro f() %}{% endmacro %}",
}
TEMPLATES |= {f"more{n}": f"{{% include 'parts/more{n + 1}.html' %}}" * 2 for n in range(2, 40)} | {"more40": "."}


@pytest.mark.parametrize("text", GREEDY.values(), ids=GREEDY)
def test_a_template_that_wants_too_much_is_stopped_before_it_gets_it(text, monkeypatch):
    monkeypatch.setattr(bounds, "STEPS", 5_000)
    monkeypatch.setattr(bounds, "CHARACTERS", 400_000)
    template = environment(**TEMPLATES).from_string(text)
    tracemalloc.start()
    try:
        with pytest.raises(TooMuchError):
            template.render(page={})
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


ORDINARY = {
    "{{ 168000|json }} {{ '%.2f' % 3 }} {{ '{:>5}'.format(1) }}": "168000 3.00     1",
    "{% for a in [3, 1, 2]|sort %}{{ loop.index }}{{ a }}{{ ',' if not loop.last }}{% endfor %}": "11,22,33",
    "{% for a in {'x': 1}.items() %}{{ a }}{% else %}none{% endfor %}": "(&#39;x&#39;, 1)",
    "{% set b = '</b>'|safe %}{{ '<b>' ~ 1 ~ b }}": "&lt;b&gt;1</b>",
    "{% macro m(x) %}<i>{{ x }}</i>{{ caller() }}{% endmacro %}{% call m('&') %}c{% endcall %}": "<i>&amp;</i>c",
    "{% set n = namespace(x=0) %}{% for a in range(5) %}{% set n.x = n.x + a %}{% endfor %}{{ n.x }}": "10",
    "{{ ['a', 'b']|map('upper')|join('-') }} {{ missing|default('m') }} {{ 'a b'|replace(' ', '_') }}": "A-B m a_b",
    "{% for a in [1, [2, [3]]] recursive %}{% if a is iterable %}{{ loop(a) }}{% else %}{{ a }}{% endif %}{% endfor %}":
        "123",
    "{% for a in 'abc' if a != 'b' %}{{ loop.length }}{{ a }}{% endfor %}": "2a2c",
    "{{ 'long words here'|truncate(8) }} {{ [1, 2, 3]|batch(2)|list }} {{ 2 ** 10 }}": "long... [[1, 2], [3]] 1024",
    "{% once 'k' %}kept{% endonce %}{% filter upper %}f{% endfilter %}": "keptF",
}  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_template_comes_out_as_ever(text):
    plain = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, extensions=[Once])
    plain.filters["json"] = json_filter
    assert environment().from_string(text).render() == ORDINARY[text]
    if "once" not in text:
        assert plain.from_string(text).render() == ORDINARY[text]


def test_each_page_has_a_budget_of_its_own():
    template = environment().from_string("{% for a in range(90000) %}{% endfor %}.")
    assert [template.render() for _ in range(4)] == ["."] * 4


def test_an_undefined_name_is_still_told_as_such():
    with pytest.raises(jinja2.UndefinedError):
        environment().from_string("{% for a in nothing %}{% endfor %}").render()
