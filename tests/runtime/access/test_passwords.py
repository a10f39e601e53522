"""Passwords: long, not among the first guesses, and the same work for everybody who tries."""

import lodgers
import pytest
from argon2 import PasswordHasher
from lodgers import PASSWORD, hire, look_up
from test_accounts import refused
from tills import NOW

from runtime.access import entering, factors, passwords, sessions
from runtime.access.passwords import Passwords
from runtime.refusals import Code

COMMON = (
    "1234567890", "qwertyuiop", "password123", "a123456789", "1q2w3e4r5t", "aaaaaaaaaa", "iloveyou12", "zxcvbnm123",
    "woaini1314", "5201314520", "qq123456789", "abc1234567", "password12", "1qaz2wsx3edc", "PASSWORD1234", "0987654321",
)  # fmt: skip


class Counting(PasswordHasher):
    """Counts how often it works."""

    verified = 0

    def verify(self, hash, password):  # noqa: A002
        self.verified += 1
        return super().verify(hash, password)


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_tries_first_is_no_password(password):
    refused(Code.PASSWORD_EASY, passwords.check, password)


@pytest.mark.parametrize("password", ["mei.lin@example.com", "example.com", "Mei Lin Chen"])
def test_what_others_know_of_somebody_is_no_password_of_theirs(password):
    refused(Code.PASSWORD_EASY, passwords.check, password, ("mei.lin@example.com", "Mei Lin Chen"))


def test_a_password_has_ten_characters_or_more_and_no_rules_of_signs():
    refused(Code.PASSWORD_SHORT, passwords.check, "9 chars !")
    for password in ("kettle moss lantern", "山高月小水落石出清风徐来", "k7#mV!q2Zx", "x y z " * 33):
        passwords.check(password)
    refused(Code.PASSWORD_LONG, passwords.check, "kettle moss " * 17)


def test_wide_signs_are_the_signs_that_they_stand_for():
    keeper = Passwords(PasswordHasher(**lodgers.CHEAP))
    assert keeper.verify(keeper.keep("ｋｅｔｔｌｅ　moss 12"), "kettle moss 12")


def test_the_usual_parameters_are_those_of_rfc_9106():
    assert passwords.USUAL.keep(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a87_the_same_work_is_done_for_nobody_for_somebody_and_for_who_has_no_password(settings, database):
    hasher = Counting(**lodgers.CHEAP)
    office = lodgers.open_lodge(settings, database, passwords=Passwords(hasher))
    hire(office, "mei")
    hire(office, "lin", password="")
    work = {}
    for email in ("mei@example.com", "lin@example.com", "nobody@example.com"):
        before = hasher.verified
        assert entering.find_by_password(office, email, "wrong words here") is None
        work[email] = hasher.verified - before
    assert set(work.values()) == {1}


def test_what_was_kept_with_weaker_parameters_is_kept_anew(settings, database):
    office = lodgers.open_lodge(settings, database)
    mei = hire(office)
    stronger = PasswordHasher(**{**lodgers.CHEAP, "time_cost": 2})
    later = lodgers.open_lodge(settings, database, passwords=Passwords(stronger))
    assert entering.find_by_password(later, mei.email, PASSWORD).id == mei.id
    assert ",t=2," in look_up(later, mei.id).password_hash
    assert entering.find_by_password(later, mei.email, PASSWORD).id == mei.id


def test_a_changed_password_ends_all_other_sessions_and_is_told_by_mail(office):
    mei = hire(office)
    here, elsewhere = lodgers.sign_in(office, mei), lodgers.sign_in(office, mei)
    this = sessions.find(office, here, NOW).session.id
    refused(
        Code.PASSWORD_WRONG, factors.change_password, office, mei, ("not it", "moss lantern kettle"), mei.by, this, NOW
    )
    assert sessions.find(office, elsewhere, NOW)
    factors.change_password(office, mei, (PASSWORD, "moss lantern kettle"), mei.by, this, NOW)
    assert sessions.find(office, elsewhere, NOW) is None
    assert sessions.find(office, here, NOW).session.id == this
    assert entering.find_by_password(office, mei.email, PASSWORD) is None
    assert entering.find_by_password(office, mei.email, "moss lantern kettle").id == mei.id
    told = office.database.read(lambda look: look.all("SELECT topic, recipient FROM notice"))
    assert told == [("console-changed", "mei@example.com")]
    refused(Code.ENTRY_STALE, entering.begin, office, mei, "password", lodgers.PLACE, NOW)
