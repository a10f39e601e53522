"""Codes of an app and recovery codes: those of the RFC, half a minute around now, each once."""

import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from lodgers import hire, logged, look_up
from test_accounts import refused
from tills import NOW

from runtime.access import codes, entering, factors
from runtime.refusals import Code

RFC_KEY = b"12345678901234567890"
RFC = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def with_app(office):
    """Return somebody with an app, its key, and their recovery codes."""
    mei, key = hire(office), codes.new_key()
    made = factors.add_app(office, mei, key, at(key, NOW), mei.by, NOW)
    return look_up(office, mei.id), key, made


def at(key, moment):
    return codes.code(key, int(moment.timestamp()) // codes.STEP)


@pytest.mark.parametrize(("seconds", "code"), RFC.items())
def test_codes_are_those_of_rfc_6238(seconds, code):
    assert codes.code(RFC_KEY, seconds // 30) == code
    assert codes.find_step(RFC_KEY, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a88_a_code_is_good_half_a_minute_around_and_not_five_minutes():
    accepted = {
        seconds: codes.find_step(RFC_KEY, at(RFC_KEY, NOW + timedelta(seconds=seconds)), NOW) is not None
        for seconds in (-300, -90, -30, 0, 30, 90, 300)
    }
    assert accepted == {-300: False, -90: False, -30: True, 0: True, 30: True, 90: False, 300: False}


@pytest.mark.parametrize("typed", ["287 082", "287-082", " 287082\t", "２８７０８２"])
def test_a_code_is_taken_however_it_is_typed(typed):
    assert codes.find_step(RFC_KEY, typed, datetime.fromtimestamp(59, UTC)) == 1


@pytest.mark.parametrize("typed", ["", "0", "28708", "2870820", "abcdef", "287082" * 20, "\0"])
def test_anything_else_is_no_code(typed):
    assert codes.find_step(RFC_KEY, typed, datetime.fromtimestamp(59, UTC)) is None


def test_a88_a_code_lets_somebody_in_once(office):
    mei, key, _ = with_app(office)
    later = NOW + timedelta(seconds=60)
    code = at(key, later)
    assert entering.show_code(office, mei, code, later) == "code"
    assert entering.show_code(office, look_up(office, mei.id), code, later) is None
    assert entering.show_code(office, mei, code, later) is None
    before = at(key, later - timedelta(seconds=30))
    assert entering.show_code(office, look_up(office, mei.id), before, later) is None


def test_a88_the_code_that_turned_the_app_on_does_not_let_anybody_in(office):
    mei, key, _ = with_app(office)
    assert entering.show_code(office, mei, at(key, NOW), NOW) is None


def test_a88_of_the_same_code_twice_at_once_one_is_good(office):
    mei, key, _ = with_app(office)
    later, answers = NOW + timedelta(seconds=60), []
    barrier = threading.Barrier(4)

    def show():
        barrier.wait()
        answers.append(entering.show_code(office, mei, at(key, later), later))

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["None", "None", "None", "code"]


def test_a88_a_recovery_code_lets_somebody_in_once_and_is_kept_as_a_hash(office):
    mei, _, made = with_app(office)
    assert len(made) == len(set(made)) == 8
    assert entering.show_code(office, mei, made[3].upper().replace("-", " "), NOW) == "recovery"
    assert entering.show_code(office, mei, made[3], NOW) is None
    assert office.database.read(lambda look: codes.recovery_left(look, mei.id)) == 7
    kept = str(office.database.read(lambda look: look.all("SELECT * FROM console_recovery")))
    assert not [each for each in made if each in kept or each.replace("-", "") in kept]
    assert logged(office)[-1] == ("recovery.used", f"person:{mei.id}", f"Mei (person:{mei.id})", "", "7")


def test_a_recovery_code_of_somebody_else_is_none(office):
    _, _, made = with_app(office)
    lin = hire(office, "lin")
    assert entering.show_code(office, lin, made[0], NOW) is None


def test_new_recovery_codes_replace_the_old_ones(office):
    mei, _, made = with_app(office)
    again = factors.new_recovery_codes(office, mei, mei.by, NOW)
    assert entering.show_code(office, mei, made[0], NOW) is None
    assert entering.show_code(office, mei, again[0], NOW) == "recovery"


def test_the_key_is_sealed_and_another_secret_opens_no_way_around_it(office):
    mei, key, _ = with_app(office)
    assert key.hex() not in mei.totp_key
    assert entering.totp_key(office, mei) == key
    elsewhere = msgspec.structs.replace(office, secret=b"x" * 32)
    refused(Code.FACTOR_UNREADABLE, entering.show_code, elsewhere, mei, at(key, NOW), NOW)


def test_an_app_that_shows_a_wrong_code_is_not_turned_on(office):
    mei = hire(office)
    refused(Code.CODE_WRONG, factors.add_app, office, mei, codes.new_key(), "000000", mei.by, NOW)
    assert look_up(office, mei.id).totp_key == ""


def test_without_the_app_nothing_of_it_is_left(office):
    mei, _, made = with_app(office)
    factors.remove_app(office, mei, mei.by, NOW)
    assert look_up(office, mei.id).totp_key == ""
    assert entering.show_code(office, look_up(office, mei.id), made[0], NOW) is None
