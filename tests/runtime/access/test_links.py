"""Links by which somebody chooses a password: once, for a while, and never around a second factor."""

from datetime import timedelta

from lodgers import PASSWORD, hire, look_up, sign_in
from test_accounts import refused
from test_codes import with_app
from tills import NOW, make_till

from runtime import telling
from runtime.access import entering, links, sessions
from runtime.access.links import Kind
from runtime.access.log import COMMAND, NOBODY
from runtime.refusals import Code

NEW = "moss lantern kettle"


def token(office, link):
    return link.path(office).removeprefix(links.PATH)


def choose(office, given, password=NEW, now=NOW):
    return links.choose_password(office, given, password, NOBODY, now)


def mails(settings):
    return [path.read_text() for path in sorted((settings.var / "mail").glob("*.eml"))]


def test_a_link_lets_somebody_choose_a_password_once(office):
    mei = hire(office, password="")
    link = links.invite(office, mei.id, COMMAND, NOW)
    assert link.kind is Kind.INVITE
    assert links.find(office, token(office, link), NOW)[1].id == mei.id
    choose(office, token(office, link))
    assert entering.find_by_password(office, mei.email, NEW).id == mei.id
    refused(Code.LINK_OVER, choose, office, token(office, link), "lantern kettle moss")
    assert entering.find_by_password(office, mei.email, NEW).id == mei.id


def test_a_password_that_is_none_leaves_the_link_good(office):
    mei = hire(office, password="")
    link = links.invite(office, mei.id, COMMAND, NOW)
    for password, code in (("short", Code.PASSWORD_SHORT), ("password123", Code.PASSWORD_EASY)):
        refused(code, choose, office, token(office, link), password)
    assert look_up(office, mei.id).password_hash == ""
    assert choose(office, token(office, link)).id == mei.id


def test_an_invitation_is_good_for_seven_days_and_a_reset_for_an_hour(office):
    invited, known = hire(office, "lin", password=""), hire(office, "mei")
    for account, lasts in ((invited, timedelta(days=7)), (known, timedelta(hours=1))):
        link = links.invite(office, account.id, COMMAND, NOW)
        given = token(office, link)
        assert links.find(office, given, NOW + lasts - timedelta(seconds=1)) is not None
        assert links.find(office, given, NOW + lasts) is None
        refused(Code.LINK_OVER, choose, office, given, NEW, NOW + lasts)


def test_a89_a_newer_link_and_a_changed_password_end_older_links(office):
    mei = hire(office)
    first = token(office, links.invite(office, mei.id, COMMAND, NOW))
    second = token(office, links.invite(office, mei.id, COMMAND, NOW))
    assert links.find(office, first, NOW) is None
    choose(office, second)
    assert links.find(office, second, NOW) is None


def test_a89_who_comes_back_by_a_link_is_signed_out_elsewhere_and_still_asked_for_a_code(office):
    mei, _, _ = with_app(office)
    key = sign_in(office, mei)
    choose(office, token(office, links.invite(office, mei.id, COMMAND, NOW)))
    assert sessions.find(office, key, NOW) is None
    after = look_up(office, mei.id)
    assert after.totp_key == mei.totp_key
    assert entering.show_code(office, after, "000000", NOW) is None


def test_a89_five_links_a_day_are_mailed_and_no_token_is_kept(office, database):
    mei = hire(office)
    for minutes in range(7):
        links.ask(office, " MEI@example.com", NOBODY, NOW + timedelta(minutes=minutes))
    count = "SELECT COUNT(*) FROM console_link"
    assert database.read(lambda look: look.find(count)) == (5,)
    later = NOW + timedelta(days=1, minutes=1)
    links.ask(office, mei.email, NOBODY, later)
    assert database.read(lambda look: look.find(count)) == (6,)
    given = token(office, links.find_open(office, mei.id, later))
    for table in ("console_link", "notice", "console_log"):
        assert given not in str(database.read(lambda look, table=table: look.all(f"SELECT * FROM {table}")))


def test_a89_what_is_written_is_the_same_for_an_address_that_nobody_has(office, database):
    hire(office)
    rows = []
    for email in ("mei@example.com", "nobody@example.com"):
        links.ask(office, email, NOBODY, NOW)
        rows.append(database.read(lambda look: look.find("SELECT what, actor FROM console_log ORDER BY number DESC")))
    assert rows == [("link.asked", "nobody")] * 2
    assert "nobody@example.com" not in str(database.read(lambda look: look.all("SELECT * FROM console_log")))


def test_a89_the_mail_leads_to_the_shops_own_address(office, settings, database):
    mei = hire(office)
    links.ask(office, mei.email, NOBODY, NOW)
    assert telling.send_due(make_till(database, settings), settings, "https://tea.example.com", NOW) == 1
    given = token(office, links.find_open(office, mei.id, NOW))
    [mail] = mails(settings)
    assert f"https://tea.example.com/console/enter/link/{given}" in mail.replace("=\n", "")
    assert "To: mei@example.com" in mail


def test_a_link_that_is_over_before_it_is_mailed_is_not_mailed(office, settings, database):
    links.ask(office, hire(office).email, NOBODY, NOW)
    telling.send_due(make_till(database, settings), settings, "https://tea.example.com", NOW + timedelta(hours=2))
    assert mails(settings) == []


def test_a_password_of_somebody_who_is_known_does_not_change_by_asking(office):
    mei = hire(office)
    links.ask(office, mei.email, NOBODY, NOW)
    assert entering.find_by_password(office, mei.email, PASSWORD).id == mei.id
