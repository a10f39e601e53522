"""Tickets and passes say what they say until they end, and nobody else can write one."""

from datetime import timedelta

import pytest
from tills import NOW

from runtime.live import tickets
from runtime.live.tickets import Pass, Ticket

SECRET = b"0123456789abcdef0123456789abcdef"
UNTIL = int((NOW + timedelta(minutes=10)).timestamp())
TICKET = Ticket(broadcast=7, stream="3", generation=2, until=UNTIL)
VIEWER = Pass(room="tea", viewer="ab" * 8, name="林**", locale="zh-CN", contacts=("c" * 32,), until=UNTIL)


def test_a_ticket_and_a_pass_come_back_as_they_were_and_end():
    ticket, viewer = tickets.sign_ticket(SECRET, TICKET), tickets.sign_pass(SECRET, VIEWER)
    assert tickets.verify_ticket(SECRET, ticket, NOW) == TICKET
    assert tickets.verify_pass(SECRET, viewer, NOW) == VIEWER
    over = NOW + timedelta(minutes=10)
    assert tickets.verify_ticket(SECRET, ticket, over) is None
    assert tickets.verify_pass(SECRET, viewer, over) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: "A" + text[1:],
        lambda text: text.replace(".", ""),
        lambda text: text + ".",
        lambda text: text + "A" * 3000,
        lambda _: "",
        lambda _: "é.é",
        lambda _: "W10.x",
    ],
)
def test_what_was_changed_on_the_way_is_worth_nothing(change):
    assert tickets.verify_ticket(SECRET, change(tickets.sign_ticket(SECRET, TICKET)), NOW) is None


def test_a_pass_is_no_ticket_and_another_shops_secret_signs_nothing_here():
    assert tickets.verify_ticket(SECRET, tickets.sign_pass(SECRET, VIEWER), NOW) is None
    assert tickets.verify_pass(b"x" * 32, tickets.sign_pass(SECRET, VIEWER), NOW) is None


def test_addresses_are_known_again_without_being_kept():
    one = tickets.veiled_address(SECRET, "203.0.113.7")
    assert one == tickets.veiled_address(SECRET, "::ffff:203.0.113.7")
    assert one != tickets.veiled_address(SECRET, "203.0.113.8")
    assert tickets.veiled_address(SECRET, "2001:db8::1") == tickets.veiled_address(SECRET, "2001:db8::ffff")
    assert tickets.veiled_address(SECRET, "2001:db8:0:1::1") != tickets.veiled_address(SECRET, "2001:db8::1")
    assert tickets.veiled_address(SECRET, "not an address") == ""
    assert "203" not in one


def test_a_name_is_shown_by_its_first_letter_alone():
    assert [tickets.shown_name(name) for name in ("林小明", "anna schmidt", " <b>x", "", "**")] == [
        "林**",
        "A**",
        "B**",
        "",
        "",
    ]
