"""products.csv: one row a variant; every mistake has the place of its cell."""

import pytest

from generator import report, schema
from generator.problems import Mark
from generator.source import table

FILE = "products.csv"


def parse(text):
    return table.parse(text, FILE)


def only(text):
    _, problems = parse(text)
    assert len(problems) == 1, problems
    return problems[0]


def data(text):
    documents, problems = parse(text)
    assert problems == []
    return {handle: found.data for handle, found in documents}


def test_a_row_of_its_own_is_a_product():
    assert data("handle,title,price,sku,stock\nlongjing,明前龙井,168.00,007,5\n") == {
        "longjing": {"title": "明前龙井", "price": "168.00", "sku": "007", "stock": "5"}
    }


def test_rows_of_one_handle_are_its_variants_and_their_values_its_options():
    text = (
        "handle,title,price,options.Size,options.Box,image\n"
        "tea,Tea,68,50g,tin,a.jpg\n"
        "cup,Cup,30,,,c.jpg\n"
        "tea,,128,100g,tin,\n"
        "tea,Tea,30,50g,bag,b.jpg\n"
    )
    assert data(text) == {
        "tea": {
            "title": "Tea",
            "options": {"Size": ["50g", "100g"], "Box": ["tin", "bag"]},
            "variants": [
                {"price": "68", "options": {"Size": "50g", "Box": "tin"}, "image": "a.jpg"},
                {"price": "128", "options": {"Size": "100g", "Box": "tin"}},
                {"price": "30", "options": {"Size": "50g", "Box": "bag"}, "image": "b.jpg"},
            ],
        },
        "cup": {"title": "Cup", "price": "30", "images": ["c.jpg"]},
    }


def test_columns_with_a_point_are_groups_and_lists_are_parted_by_a_bar():
    text = (
        "handle,title.zh-CN,title.en,tags,images,digital,seo.title,limit.per_order\n"
        "x,茶,Tea,green | new,a.jpg|b.jpg,true,T,3\n"
    )
    assert data(text) == {
        "x": {
            "title": {"zh-CN": "茶", "en": "Tea"},
            "tags": ["green", "new"],
            "images": ["a.jpg", "b.jpg"],
            "digital": True,
            "seo": {"title": "T"},
            "limit": {"per_order": "3"},
        }
    }


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_of_every_office_program_are_read(separator, end):
    text = f"handle,title,price{end}a,A,1{end}{end}b,B,2".replace(",", separator)
    assert data(text) == {"a": {"title": "A", "price": "1"}, "b": {"title": "B", "price": "2"}}


def test_quoted_cells_hold_separators_quotes_and_lines():
    assert data('handle,title,description\na,"Tea, ""green""","one\ntwo"\n') == {
        "a": {"title": 'Tea, "green"', "description": "one\ntwo"}
    }


def test_every_value_has_the_place_of_its_cell():
    documents, _ = parse('handle,description,price\na,"one\ntwo",5\nb,龙井茶,6\na,,7\n')
    (_, first), (_, second) = documents
    assert second.mark(("price",)) == Mark(4, 7, 8)
    assert second.mark(("price",), key=True) == Mark(1, 20, 25)
    assert first.mark(("variants", 1, "price")) == Mark(5, 4, 5)
    assert first.mark(("title",)) == Mark(2, 1, 2)


def test_the_schema_speaks_about_cells():
    text = "handle,title,price,stock,status\na,A,1,-5,activ\n"
    ((_, found),), _ = parse(text)
    problems = schema.validate(found, schema.compiled("product")).problems
    assert report.text(problems, "en", {FILE: text}) == (
        "products.csv:2:7: error number-too-small: Opening stock must be at least 0, and this is -5\n"
        "  2 | a,A,1,-5,activ\n"
        "    |       ^^\n"
        "  hint: write 0 if it is sold out\n"
        "\n"
        "products.csv:2:10: error not-allowed-value: “activ” is not allowed for Status\n"
        "  2 | a,A,1,-5,activ\n"
        "    |          ^^^^^\n"
        "  hint: did you mean active?\n"
        "  hint: allowed: active, draft, hidden\n"
        "\n"
        "2 errors in 1 file\n"
    )


@pytest.mark.parametrize(
    ("text", "code", "mark"),
    [
        ("title,price\nA,1\n", "table-without-handle", Mark(1, 1)),
        ("", "table-without-handle", Mark(1, 1)),
        ("handle,title,prise\na,A,1\n", "table-unknown-column", Mark(1, 14, 19)),
        ("handle,title,title\na,A,B\n", "table-column-twice", Mark(1, 14, 19)),
        ("handle,title\n,A\n", "table-row-without-handle", Mark(2, 1, 2)),
        ("handle,title\na,A,B,C\n", "table-too-many-cells", Mark(2, 5, 6)),
        ("handle,title\na,A\na,B\n", "table-cells-disagree", Mark(3, 3, 4)),
        ('handle,title\na,"A\nb,B\n', "table-open-quote", Mark(2, 3, 5)),
        ('handle,title\na,"A"B\n', "table-text-after-quote", Mark(2, 3, 6)),
        ("handle,title\na,A\x07\n", "control-character", Mark(2, 4, 5)),
    ],
)
def test_a_mistake_of_the_table_is_named_with_its_place(text, code, mark):
    problem = only(text)
    assert (problem.code, problem.mark) == (code, mark)


def test_an_unknown_column_is_one_problem_however_many_rows_there_are():
    problem = only("handle,title,prise\n" + "".join(f"p{n},A,1\n" for n in range(1000)))
    assert problem.suggestion == "price"


def test_a_table_in_gb18030_is_named(tmp_path):
    path = tmp_path / FILE
    path.write_bytes("handle,title\na,龙井\n".encode("gb18030"))
    documents, problems = table.read(path, FILE)
    assert (documents, [(each.code, each.values) for each in problems]) == ([], [("not-utf8", {"encoding": "GB18030"})])


def test_a_plain_column_beside_a_translated_one_is_in_the_shops_own_locale():
    text = "handle,title,title.en,seo.title.en,seo.title,subtitle\ntea,茶,Tea,Buy tea,买茶,好\ncup,杯,,,,\n"
    documents, problems = table.parse(text, FILE, "zh-CN")
    assert problems == []
    assert {handle: found.data for handle, found in documents} == {
        "tea": {
            "title": {"zh-CN": "茶", "en": "Tea"},
            "seo": {"title": {"zh-CN": "买茶", "en": "Buy tea"}},
            "subtitle": "好",
        },
        "cup": {"title": {"zh-CN": "杯"}},
    }
    assert documents[0][1].mark(("title", "zh-CN")) == Mark(2, 5, 6)


def test_one_text_given_in_two_columns_for_the_same_locale_must_agree():
    _, problems = table.parse("handle,title,title.zh-CN,title.en\ntea,茶,龙井,Tea\n", FILE, "zh-CN")
    assert [(each.code, each.mark) for each in problems] == [("table-cells-disagree", Mark(2, 7, 9))]
