"""A shop writes its letters on its own templates; one that fails keeps no letter from its reader."""

import email
import email.policy

import pytest
from tills import NOW, order

from runtime import telling
from runtime.orders import Contact


@pytest.fixture
def theme(settings):
    made = settings.var / "live" / "theme" / "mail"
    made.mkdir(parents=True)
    return made


def letter(till, settings):
    found = order(till)
    telling.send_due(till, settings, "https://tea.example", NOW)
    [path] = (settings.var / "mail").glob("order-placed-*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return found, mail.get_body(("html",)).get_content(), mail.get_body(("plain",)).get_content()


def test_an_event_has_a_template_of_the_shops_own(till, settings, theme):
    (theme / "order-placed.html").write_text(
        "<h1>{{ subject }}</h1>{% for row in rows %}<p>{{ row.label }} {{ row.amount }}</p>{% endfor %}", "utf-8"
    )
    found, page, plain = letter(till, settings)
    assert page.strip() == f"<h1>Your order {found.number}</h1><p>tea ¥20.00</p>"
    assert found.number in plain


def test_a_template_may_change_a_part_of_ours(till, settings, theme):
    (theme / "order-placed.html").write_text(
        "{% extends 'letter.html' %}{% block end %}<tr><td>Come and see us</td></tr>{% endblock %}", "utf-8"
    )
    _, page, _ = letter(till, settings)
    assert "Come and see us" in page
    assert "¥20.00" in page


def test_one_template_for_all_letters(till, settings, theme):
    (theme / "letter.html").write_text("<p>{{ shop }}</p>", "utf-8")
    assert letter(till, settings)[1].strip() == "<p>Tea shop</p>"


def test_another_events_template_is_not_used(till, settings, theme):
    (theme / "order-shipped.html").write_text("<p>no</p>", "utf-8")
    assert "¥20.00" in letter(till, settings)[1]


@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing }}",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{% include 'missing.html' %}",
        "{{ subject.__class__.__mro__ }}",
        "{% for a in range(9999999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{% extends '../../../../etc/passwd' %}",
    ],
)
def test_a_template_that_fails_keeps_no_letter_from_its_reader(till, settings, theme, text, caplog):
    (theme / "order-placed.html").write_text(text, "utf-8")
    _, page, _ = letter(till, settings)
    assert "¥20.00" in page
    assert "theme/mail/order-placed.html failed" in caplog.text


def test_what_a_buyer_wrote_is_text_in_a_shops_template_too(till, settings, theme):
    (theme / "order-placed.html").write_text("<p>{{ hello }}</p>", "utf-8")
    order(till, contact=Contact(name="<script>x</script>", email="a@example.com"))
    telling.send_due(till, settings, "https://tea.example", NOW)
    [path] = (settings.var / "mail").glob("order-placed-*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert "<script>" not in mail.get_body(("html",)).get_content()
