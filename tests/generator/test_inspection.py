"""What a page is looked at for, also where parts of it were rendered once for many pages."""

import pytest

from generator.releases.inspection import Inspector, open_tag


@pytest.mark.parametrize(
    ("fragment", "rest", "codes"),
    [
        ('<picture><img src="/a.jpg"', ' alt="Tea"></picture>', []),
        ('<picture><img src="/a.jpg"', "></picture>", ["page-picture-without-alt"]),
        ('<img alt="Tea" src="/b.jpg"', ">", ["page-link-broken"]),
        ('<p>1 > 0</p><img src="/a.jpg">', "<p>", []),
    ],
)
def test_a_tag_begun_in_a_fragment_is_judged_with_its_end(fragment: str, rest: str, codes: list[str]) -> None:
    """What a fragment leaves open belongs to the page; what it closed was looked at with the fragment."""
    inspector = Inspector({"/a.jpg"}, {""})
    found = inspector.problems(open_tag(fragment) + rest, "/", "pages/home.html")
    assert [each.code for each in found] == codes
