"""Changes of Markdown pages and of products.csv: the smallest diff there too."""

import csv
import io
import random

import pytest

from generator import document
from generator.editing import cells, pages
from generator.editor import Insert, Move, Remove, Set, UnwritableError

PAGE = "---\n# for the menu\ntitle: About us\nx-own: 1\n---\n\nWe grow tea.\n\n## Where\n\nIn Hangzhou.\n"
TABLE = (
    'handle,title,price,"tags",sku\r\n'
    'longjing,"Longjing, new",168.00,green|spring,"001"\r\n'
    "longjing,,98.00,,002\r\n"
    "\r\n"
    'gaiwan,"A ""white"" gaiwan", 88 ,,\r\n'
)


def test_a_key_of_a_page_changes_and_its_text_stays():
    assert pages.edit(PAGE, [Set(("title",), "About: us")]) == PAGE.replace("About us", "'About: us'")


def test_the_text_of_a_page_changes_and_its_head_stays():
    new = pages.edit(PAGE, [Set(("body",), "We grow tea.\n\n## Where\n\nIn Anxi.\n")])
    assert new == PAGE.replace("Hangzhou", "Anxi")


def test_a_page_without_a_head_gets_one_and_keeps_its_line_ends():
    assert pages.edit("Hello\r\n", [Set(("title",), "T")]) == "---\r\ntitle: T\r\n---\r\n\r\nHello\r\n"
    assert pages.edit("Hello\r\n", [Set(("body",), "A\nB\n")]) == "A\r\nB\r\n"


def test_a_page_whose_head_is_never_closed_is_left_alone():
    with pytest.raises(UnwritableError) as refused:
        pages.edit("---\ntitle: x\n", [Set(("title",), "y")])
    assert refused.value.code == "broken"


def test_random_changes_of_a_page_read_back():
    chance, text = random.Random(3), PAGE
    for number in range(200):
        change = chance.choice(
            [
                Set(("title",), f"T: {number}"),
                Set(("body",), f"# {number}\n\n---\n\ntext"),
                Set((f"k{number % 5}",), "no"),
            ]
        )
        text = pages.edit(text, [change])
        assert document.parse_page(text, "")[0].data[change.path[0]] == change.value


@pytest.mark.parametrize(
    ("change", "gone", "came"),
    [
        (Set(("longjing", 0, "price"), "170"), "168.00", "170"),
        (Set(("longjing", 0, "title"), "Longjing"), '"Longjing, new"', '"Longjing"'),
        (Set(("gaiwan", 0, "title"), 'A "blue" one'), '"A ""white"" gaiwan"', '"A ""blue"" one"'),
        (Set(("gaiwan", 0, "price"), "8,80"), " 88 ", '"8,80"'),
        (Set(("longjing", 1, "title"), "x"), "longjing,,98.00", "longjing,x,98.00"),
        (Set(("longjing", 0, "tags"), ["a", "b"]), "green|spring", "a|b"),
        (Remove(("longjing", 1, "sku")), "98.00,,002", "98.00,,"),
    ],
)
def test_a_cell_changes_and_all_others_keep_their_quotes(change, gone, came):
    assert cells.edit(TABLE, [change]) == TABLE.replace(gone, came)


def test_rows_come_go_and_move_as_whole_lines():
    assert cells.edit(TABLE, [Insert(("longjing", 1), {"price": "128", "sku": "003"})]) == TABLE.replace(
        "longjing,,98.00", "longjing,,128,,003\r\nlongjing,,98.00"
    )
    assert cells.edit(TABLE, [Remove(("longjing", 1))]) == TABLE.replace("longjing,,98.00,,002\r\n", "")
    assert cells.edit(TABLE, [Remove(("longjing",))]) == TABLE.replace(
        'longjing,"Longjing, new",168.00,green|spring,"001"\r\nlongjing,,98.00,,002\r\n', ""
    )
    assert cells.edit(TABLE, [Set(("cup",), [{"title": "Cup", "price": "8"}])]) == TABLE + "cup,Cup,8,,\r\n"
    assert cells.read(cells.edit(TABLE, [Move(("longjing", 0), 1)]))["longjing"] == cells.read(TABLE)["longjing"][::-1]


def test_a_new_column_stands_at_the_end_of_the_header_and_in_its_row_alone():
    new = cells.edit(TABLE, [Set(("longjing", 0, "weight"), "50g")])
    assert new == TABLE.replace('"tags",sku', '"tags",sku,weight').replace('"001"', '"001",50g')
    new = cells.edit(TABLE.replace(",", ";"), [Set(("gaiwan", 0, "weight"), "a;b")])
    assert new.splitlines()[-1].endswith(';;;"a;b"')


def test_a_table_that_cannot_be_read_is_left_alone():
    for text in ("title,price\na,1\n", 'handle,title\na,"open\n', 'handle,title\na,"x" y\n'):
        with pytest.raises(UnwritableError):
            cells.edit(text, [Set(("a", 0, "title"), "z")])


def test_random_cells_read_back_by_python_s_own_reader():
    chance, text = random.Random(5), TABLE
    for _ in range(300):
        handle, column = chance.choice(["longjing", "gaiwan"]), chance.choice(["title", "price", "sku"])
        value = chance.choice(['a"b', "c,d", "two\nlines", "plain", "龙井", "x;y", "'q'"])
        text = cells.edit(text, [Set((handle, 0, column), value)])
        rows = csv.DictReader(io.StringIO(text, newline=""))
        assert next(row for row in rows if row["handle"] == handle)[column] == value
    assert text.count("\r\n") == TABLE.count("\r\n")
