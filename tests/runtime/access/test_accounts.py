"""Accounts of the console: one address once, an owner who can come in, and roles that end what they must."""

from datetime import timedelta

import pytest
from lodgers import hire, logged, look_up, sign_in
from tills import NOW

from runtime.access import accounts, entering, factors, sessions
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.roles import ROLES, Permission, Role, may
from runtime.refusals import Code, Refusal


def refused(code, work, *values, **named):
    with pytest.raises(Refusal) as caught:
        work(*values, **named)
    assert caught.value.code is code


def test_an_address_has_one_account_however_it_is_written(office):
    made = hire(office, "mei")
    refused(Code.PERSON_KNOWN, hire, office, "MEI")
    assert office.database.read(lambda look: accounts.find_by_email(look, " Mei@Example.COM ")) == made
    assert [each.email for each in office.database.read(accounts.listing)] == ["mei@example.com"]


def test_what_is_no_address_gets_no_account(office):
    for email in ("", "mei", "mei@", "@example.com", "a b@example.com", "a@b\r\nBcc: x@y", "x" * 300):
        refused(Code.FIELD_INVALID, accounts.add, office, New(email=email, name="", role=Role.STAFF), COMMAND, NOW)
    assert office.database.read(accounts.listing) == []


def test_a_name_is_one_line(office):
    new = New(email="lin@example.com", name=" Lin\r\nowner: yes\t ", role=Role.STAFF)
    assert accounts.add(office, new, COMMAND, NOW).name == "Lin owner: yes"


def test_the_last_owner_who_can_come_in_stays_one(office):
    mei, lin = hire(office, "mei"), hire(office, "lin", password="")
    refused(Code.OWNER_LAST, accounts.remove, office, mei.id, mei.by, NOW)
    refused(Code.OWNER_LAST, accounts.change_role, office, mei.id, Role.STAFF, mei.by, NOW)
    assert look_up(office, mei.id).role is Role.OWNER
    wang = hire(office, "wang")
    accounts.change_role(office, mei.id, Role.STAFF, wang.by, NOW)
    refused(Code.OWNER_LAST, accounts.remove, office, wang.id, wang.by, NOW)
    accounts.remove(office, lin.id, wang.by, NOW)
    assert [(each.name, each.role) for each in office.database.read(accounts.listing)] == [
        ("Wang", Role.OWNER),
        ("Mei", Role.STAFF),
    ]


def test_a_new_role_ends_the_sessions_of_the_old_one_and_the_same_role_ends_nothing(office):
    hire(office, "mei")
    lin = hire(office, "lin", Role.STAFF)
    key = sign_in(office, lin)
    accounts.change_role(office, lin.id, Role.STAFF, COMMAND, NOW)
    assert sessions.find(office, key, NOW).role is Role.STAFF
    accounts.change_role(office, lin.id, Role.MANAGER, COMMAND, NOW)
    assert sessions.find(office, key, NOW) is None
    assert logged(office)[-1] == ("person.role", "command", f"Lin (person:{lin.id})", "staff", "manager")


def test_who_is_removed_leaves_their_name_to_the_log_and_their_address_to_others(office):
    hire(office, "mei")
    lin = hire(office, "lin", Role.STAFF)
    key = sign_in(office, lin)
    accounts.remove(office, lin.id, COMMAND, NOW)
    assert sessions.find(office, key, NOW) is None
    refused(Code.PERSON_UNKNOWN, look_up, office, lin.id)
    assert entering.find_by_password(office, "lin@example.com", "kettle moss lantern") is None
    assert hire(office, "lin").id != lin.id
    assert logged(office)[2][:3] == ("person.removed", "command", f"Lin (person:{lin.id})")


def test_a_reset_takes_everything_that_lets_somebody_in(office):
    lin = hire(office, "lin")
    key = sign_in(office, lin)
    after = factors.reset(office, lin.id, COMMAND, NOW + timedelta(minutes=1))
    assert (after.password_hash, after.totp_key, after.email) == ("", "", "lin@example.com")
    assert sessions.find(office, key, NOW) is None


def test_only_owners_hold_the_team_and_payouts_and_readers_change_nothing():
    holders = {each: {role for role in Role if may(role, each)} for each in Permission}
    assert holders[Permission.TEAM_EDIT] == holders[Permission.FUNDS_WITHDRAW] == {Role.OWNER}
    assert holders[Permission.ENTER] == set(Role)
    assert {each for each in ROLES[Role.READ_ONLY] if not each.endswith(".see")} == {Permission.ENTER}
    assert ROLES[Role.LIVE_ASSISTANT] == {Permission.ENTER, Permission.LIVE_ASSIST}
    assert not ROLES[Role.STAFF] & {
        Permission.ORDERS_REFUND, Permission.FUNDS_SEE, Permission.SETTINGS_EDIT, Permission.LOG_SEE,
        Permission.CUSTOMERS_EDIT,
    }  # fmt: skip
    assert all(role in holders[each] for each in Permission for role in (Role.OWNER,))
