"""The layer of ``dev``: a script in every page, nothing else touched, and news for browsers that wait."""

import json
import threading

import pytest
from werkzeug.test import Client

from generator.releases.rebuild import Outcome, Said
from runtime.dev.board import Board
from runtime.dev.command import _swaps
from runtime.dev.layer import Layer

PAGE = b"<!doctype html><html><head><title>T</title></head><body></body></html>"
MISTAKE = Said(severity="error", place="shop.yaml:1:1", text="wrong")


def shop(environ, start_response):
    """A shop that says what it was asked and answers by path."""
    path = environ["PATH_INFO"]
    kind = {"/page": "text/html; charset=utf-8", "/broken": "text/html", "/data": "application/json"}.get(path)
    body = {"/page": PAGE, "/broken": b"<h1>503</h1>", "/data": b'{"a": "</head>"}'}.get(path, b"")
    if kind is None:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"nothing"]
    conditions = ",".join(sorted(name for name in environ if name in {"HTTP_IF_NONE_MATCH", "HTTP_ACCEPT_ENCODING"}))
    start_response(
        "503 No" if path == "/broken" else "200 OK",
        [("Content-Type", kind), ("Content-Length", str(len(body))), ("ETag", '"x"'), ("X-Conditions", conditions)],
    )
    return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def browser(board):
    return Client(Layer(shop, board, lambda host: host == "localhost"))


def test_every_page_gets_the_script_and_its_new_length(browser):
    answer = browser.get("/page", headers={"Accept": "text/html"})
    assert b'<script src="/__dev__/reload.js" data-number="0" defer></script></head>' in answer.data
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_page_without_a_head_gets_it_at_its_end(browser):
    answer = browser.get("/broken", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert answer.data.endswith(b"defer></script>")


def test_a_page_is_asked_for_whole_and_plain(browser):
    asked = {"If-None-Match": '"x"', "Accept-Encoding": "br"}
    assert browser.get("/page", headers={"Accept": "text/html", **asked}).headers["X-Conditions"] == ""
    assert browser.get("/data", headers=asked).headers["X-Conditions"] == "HTTP_ACCEPT_ENCODING,HTTP_IF_NONE_MATCH"


def test_what_is_no_page_stays_as_it_is(browser):
    answer = browser.get("/data")
    assert (answer.data, answer.headers["ETag"]) == (b'{"a": "</head>"}', '"x"')
    assert browser.head("/page").headers["Content-Length"] == str(len(PAGE))


def test_news_are_told_to_our_own_host_only(browser, board):
    board.tell(Outcome(release="a"), None)
    assert json.loads(browser.get("/__dev__/news?seen=0").data)["number"] == 1
    assert browser.get("/__dev__/news?seen=0", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/__dev__/nothing").status_code == 404
    assert browser.get("/__dev__/../command.py").status_code == 404


def test_script_and_sheet_are_served(browser):
    assert browser.get("/__dev__/reload.js").headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert b".dev-overlay" in browser.get("/__dev__/overlay.css").data


def test_a_waiting_browser_is_told_at_once(board):
    board.tell(Outcome(release="a"), None)
    threading.Timer(0.1, board.tell, (Outcome(release="b"), None)).start()
    assert board.wait(1, 3600).number == 2


def test_a_change_of_style_sheets_asks_no_page_to_load_again(board):
    board.tell(Outcome(release="a"), None)
    board.tell(Outcome(release="b"), {"/assets/a.1.css": "/assets/a.2.css"})
    assert (board.news.number, board.news.pages) == (2, 1)
    assert board.news.styles == {"/assets/a.1.css": "/assets/a.2.css"}


def test_a_broken_build_leaves_the_pages_and_tells_its_errors(board):
    board.tell(Outcome(release="a"), None)
    board.tell(Outcome(said=(MISTAKE, Said(severity="warning", place="x", text="y"))), None)
    assert (board.news.pages, board.news.said) == (1, (MISTAKE,))
    board.tell(Outcome(fault="the disk is full"), None)
    assert (board.news.pages, board.news.fault) == (1, "the disk is full")
    board.tell(Outcome(release="b"), None)
    assert (board.news.pages, board.news.said, board.news.fault) == (4, (), "")


def test_warnings_are_no_reason_to_cover_the_page(board):
    board.tell(Outcome(release="a", said=(Said(severity="warning", place="x", text="y"),)), None)
    assert board.news.said == ()


def test_nobody_waits_for_a_command_that_ended(board):
    threading.Timer(0.05, board.close).start()
    assert board.wait(0, 3600).number == 0


def test_a_sheet_is_swapped_where_its_address_changed():
    before = {"/assets/a": "/assets/a.1.css", "/assets/b": "/assets/b.1.css", "/assets/c": "/assets/c.1.css"}
    after = {"/assets/a": "/assets/a.2.css", "/assets/b": "/assets/b.1.css"}
    assert _swaps(before, after) == {"/assets/a.1.css": "/assets/a.2.css"}
