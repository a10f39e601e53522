"""Markdown becomes clean HTML with the shop's own links and pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator.display.markdown import Prose, is_plain, plain
from generator.views import Image, Link

IMAGE = Image(
    src="/media/a.1-640.jpg",
    srcset="/media/a.1-640.jpg 640w",
    sources=(("image/avif", "/media/a.1-640.avif 640w"),),
    width=640,
    height=480,
    alt="",
)
KNOWN = {"product:tea": "/products/tea/", "page:关于": "/pages/about/", "/cart": "/en/cart"}


def resolve(target):
    if target.startswith("http"):
        return Link(label="", url=target, external=True)
    return Link(label="", url=KNOWN[target]) if target in KNOWN else None


def picture(file, words):
    return (
        None if file != "a.jpg" else Image(**{**{n: getattr(IMAGE, n) for n in IMAGE.__struct_fields__}, "alt": words})
    )


def html(text):
    return Prose(resolve, picture).html(text)


def test_headings_begin_at_h2_and_leave_no_gap():
    assert html("# A\n\n### B\n\n# C") == "<h2>A</h2>\n<h3>B</h3>\n<h2>C</h2>\n"
    assert html("### B") == "<h2>B</h2>\n"


def test_links_of_the_shop_are_resolved_and_only_foreign_ones_get_a_rel():
    assert html('[t](product:tea) [c](/cart) [w](https://example.org/ "W")') == (
        '<p><a href="/products/tea/">t</a> <a href="/en/cart">c</a> '
        '<a href="https://example.org/" title="W" rel="noopener">w</a></p>\n'
    )


def test_a_handle_in_chinese_is_resolved():
    assert html("[关](page:关于)") == '<p><a href="/pages/about/">关</a></p>\n'


def test_a_link_that_leads_nowhere_keeps_its_words():
    assert html("[gone](product:gone)") == "<p><a>gone</a></p>\n"


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "vbscript:x", "data:text/html,x", "JaVaScRiPt:alert(1)", "//evil.example", "file:///x"],
)
def test_a_link_that_could_act_is_no_link(target):
    assert "<a" not in html(f"[x]({target})")
    assert "href" not in html(f'<a href="{target}">x</a>')


def test_pictures_below_media_are_responsive_and_lazy():
    assert html("![杯](a.jpg)") == (
        '<p><picture><source type="image/avif" srcset="/media/a.1-640.avif 640w" '
        'sizes="(min-width: 48rem) 44rem, 100vw">'
        '<img src="/media/a.1-640.jpg" srcset="/media/a.1-640.jpg 640w" sizes="(min-width: 48rem) 44rem, 100vw" '
        'width="640" height="480" alt="杯" loading="lazy" decoding="async"></picture></p>\n'
    )


def test_a_picture_that_is_missing_leaves_its_words():
    assert html("![a <b>](b.jpg)") == "<p>a &lt;b&gt;</p>\n"


def test_tables_scroll_inside_a_box_and_carry_no_inline_style():
    assert html("|a|b|\n|:-:|--:|\n|1|2|") == (
        '<div class="table-scroll" tabindex="0"><table>\n<thead>\n<tr>\n<th class="align-center">a</th>\n'
        '<th class="align-end">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class="align-center">1</td>\n'
        '<td class="align-end">2</td>\n</tr>\n</tbody>\n</table></div>\n'
    )


def test_tables_keep_their_box_beside_foreign_html():
    made = html("<b>x</b>\n\n|a|\n|--:|\n|1|")
    assert '<div class="table-scroll" tabindex="0"><table>' in made
    assert '<th class="align-end">a</th>' in made


def test_g47_what_could_act_is_removed_from_html_in_a_description():
    text = (
        '<img src=x onerror=alert(1)>\n\n<style>*{display:none}</style>\n\n<base href="//evil.example">\n\n'
        '<form action="https://evil.example"><input name=q><button>go</button></form>\n\n'
        '<a href="https://example.org" target="_blank" onclick="x()">out</a>\n\n'
        '<script>alert(1)</script><iframe src="//evil.example"></iframe><svg onload=x()></svg>\n\n'
        '<p style="position:fixed" class="modal" id="cart">text</p>'
    )
    made = html(text)
    for bad in ("<img", "onerror", "<style", "display", "<base", "<form", "<input", "<button", "target", "onclick",
                "<script", "alert", "<iframe", "<svg", "style=", "class=", "id="):  # fmt: skip
        assert bad not in made, bad
    assert '<a href="https://example.org" rel="noopener">out</a>' in made
    assert "<p>text</p>" in made


def test_small_html_of_an_old_shop_keeps_working():
    assert html("H<sub>2</sub>O<br>x") == "<p>H<sub>2</sub>O<br>x</p>\n"
    assert html('<a href="product:tea">t</a>') == '<p><a href="/products/tea/" rel="noopener">t</a></p>\n'


def test_nothing_that_is_written_can_pose_as_one_of_our_pictures():
    assert "<img" not in html("\ue0000\ue000 <b>x</b> *y*")
    assert html("![x](a.jpg) \ue0000\ue000").count("<img") == 1


def test_g45_template_syntax_is_shown_as_it_is():
    assert html("{{7*7}} {% raw %} ${7+7} <%= 1 %>") == "<p>{{7*7}} {% raw %} ${7+7} &lt;%= 1 %&gt;</p>\n"


def test_g46_comments_entities_and_odd_characters_make_good_html():
    assert html("a <!-- b") == "<p>a &lt;!-- b</p>\n"
    assert html("x ]]> y &amp;amp; z") == "<p>x ]]&gt; y &amp;amp; z</p>\n"
    assert html("a\u2028b 👨‍👩‍👧") == "<p>a\u2028b 👨‍👩‍👧</p>\n"


def test_a_line_may_end_inside_chinese_without_leaving_a_space():
    assert html("骑一辆旧电瓶车\n去翁家山。\n他说：\n“好”\n了") == "<p>骑一辆旧电瓶车去翁家山。他说：“好”了</p>\n"
    assert html("**茶**，\n三罐") == "<p><strong>茶</strong>，三罐</p>\n"


def test_a_line_ends_in_a_space_between_words_and_stays_in_code():
    assert html("one\ntwo 茶\ntea\n茶") == "<p>one\ntwo 茶\ntea\n茶</p>\n"
    assert html("```\n茶\n茶\n```") == "<pre><code>茶\n茶\n</code></pre>\n"


def test_g46_a_description_of_a_megabyte_is_made_in_time():
    assert len(html("**长** 文 " * 120_000)) > 1_000_000


@given(st.text(st.sampled_from("ab中　 \n'\"$%()-+=1.,:!?/{}\u00a0#") | st.characters(codec="utf-8"), max_size=60))
def test_plain_text_needs_no_parser(text):
    if is_plain(text):
        assert plain(text) == MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
