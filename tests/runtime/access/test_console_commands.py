"""The console's people at the command line: accounts, resets, ends, and the log held against its chain."""

import re
import shutil

import lodgers
import pytest
from click.testing import CliRunner
from lodgers import PASSWORD, sign_in
from tills import make_settings

from runtime import cli
from runtime import database as databases
from runtime.access import accounts, entering, links, sessions
from runtime.access.log import COMMAND
from runtime.access.roles import Role

LINK = re.compile(r"^/console/enter/link/[0-9a-f]{40}$", re.MULTILINE)


class Counter:
    """A shop that nothing is published of yet, and its commands."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = make_settings(folder)

    def run(self, *words, code=0, **more):
        done = CliRunner().invoke(cli.main, ["console", words[0], str(self.folder), *words[1:]], **more)
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output

    def office(self):
        return lodgers.open_lodge(self.settings, databases.open(self.settings))

    def look(self, look):
        office = self.office()
        try:
            return look(office)
        finally:
            office.database.close()


@pytest.fixture
def counter(tmp_path, monkeypatch, fresh_sqlite):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOPWRIGHT_SECRET", "0123456789abcdef0123456789abcdef")
    (tmp_path / "var").mkdir()
    shutil.copyfile(fresh_sqlite, tmp_path / "var/shop.db")
    return Counter(tmp_path)


def test_the_first_account_is_an_owner_with_a_link_to_choose_a_password(counter):
    said = counter.run("add-user", "Mei@example.com", "--name", "Mei")
    assert said.splitlines()[0] == "Mei <mei@example.com> has an account: owner."
    [path] = LINK.findall(said)

    def choose(office):
        return links.choose_password(office, path.removeprefix(links.PATH), PASSWORD, COMMAND, lodgers.NOW).role

    assert counter.look(choose) is Role.OWNER


def test_a_password_may_be_chosen_at_the_terminal_and_is_not_shown(counter):
    said = counter.run("add-user", "mei@example.com", "--password", input=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in said
    assert not LINK.findall(said)
    found = counter.look(lambda office: entering.find_by_password(office, "mei@example.com", PASSWORD))
    assert found.role is Role.OWNER


def test_a_password_that_is_easily_guessed_makes_no_account(counter):
    counter.run("add-user", "mei@example.com", "--password", code=1, input="password123\npassword123\n")
    assert counter.look(lambda office: office.database.read(accounts.listing)) == []


def test_what_is_wrong_is_said_in_the_language_of_the_command(counter):
    counter.run("add-user", "mei@example.com")
    assert "已经有账号了" in counter.run("add-user", "mei@example.com", "--lang", "zh", code=1)
    assert "no such account" in counter.run("reset", "nobody@example.com", code=1)
    assert "Usage" in counter.run("add-user", "lin@example.com", "--role", "king", code=2)


def test_accounts_are_listed_with_how_they_come_in(counter):
    assert "add-user" in counter.run("list")
    counter.run("add-user", "mei@example.com", "--password", input=f"{PASSWORD}\n{PASSWORD}\n")
    counter.run("add-user", "lin@example.com", "--role", "live_assistant")
    lines = counter.run("list").splitlines()
    assert re.fullmatch(r"\s+1  mei@example.com\s+owner  mei  \(password\)", lines[0])
    assert re.fullmatch(r"\s+2  lin@example.com\s+live assistant  lin  \(invited\)", lines[1])


def test_a_reset_and_the_end_of_sessions_put_somebody_out(counter):
    counter.run("add-user", "mei@example.com", "--password", input=f"{PASSWORD}\n{PASSWORD}\n")

    def come_in(office):
        return sign_in(office, office.database.read(lambda look: accounts.find_by_email(look, "mei@example.com")))

    def holds(key):
        return counter.look(lambda office: sessions.find(office, key, lodgers.NOW)) is not None

    first = counter.look(come_in)
    assert holds(first)
    assert counter.run("end-sessions") == "1 session was ended.\n"
    assert not holds(first)
    second = counter.look(come_in)
    said = counter.run("reset", "mei@example.com")
    assert LINK.findall(said)
    assert not holds(second)
    assert counter.look(lambda office: entering.find_by_password(office, "mei@example.com", PASSWORD)) is None


def test_a98_the_log_is_listed_verified_and_its_noted_seal_asked_for(counter):
    counter.run("add-user", "mei@example.com")
    said = counter.run("log", "--verify")
    seal = re.fullmatch(r"The log is whole: 2 rows\. Its seal: ([0-9a-f]{64})\n", said)[1]
    counter.run("add-user", "lin@example.com")
    assert "4 rows" in counter.run("log", "--verify", "--expect", seal)
    assert "no row has the seal" in counter.run("log", "--verify", "--expect", "0" * 64, code=1)
    lines = counter.run("log", "--limit", "3").splitlines()
    assert [line.split()[0] for line in lines] == ["4", "3", "2"]
    rows = counter.run("log", "--format", "csv", "--what", "person").splitlines()
    assert len(rows) == 3
    assert rows[0].startswith("number,at,actor,name,what")

    def cut(office):
        office.database.write(lambda transaction: transaction.run("DROP TRIGGER console_log_no_delete"))
        office.database.write(lambda transaction: transaction.run("DELETE FROM console_log WHERE number = 4"))

    counter.look(cut)
    assert "the end after row 3 is gone" in counter.run("log", "--verify", code=1)
    done = CliRunner().invoke(cli.main, ["audit", str(counter.folder)])
    assert (done.exit_code, "console: the end after row 3" in done.output) == (1, True)
