"""Simulated providers as processes: who may start one, who may ask its control port, what they remember and repeat."""

import os
import subprocess

import pytest
from forking import shopwright
from simulated import Simulated, until


@pytest.fixture(scope="module")
def wechat(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("wechatpay"), "wechatpay", "--speed", "1000")
    yield made
    made.stop()


def test_p62_there_are_no_simulators_in_production(tmp_path):
    surroundings = {**os.environ, "SHOPWRIGHT_ENV": "production"}
    started = shopwright("simulate", "wechatpay", "--folder", tmp_path / "books", environ=surroundings)
    _, said = started.communicate()
    assert (started.returncode, said) == (2, "SHOPWRIGHT_ENV: is production, where there are no simulated payments\n")
    assert not (tmp_path / "books").exists()


def test_a_simulator_listens_on_this_machine_only(wechat):
    assert wechat.address == f"http://127.0.0.1:{wechat.port}"
    listening = subprocess.run(["ss", "-ltnH", f"sport = :{wechat.port}"], capture_output=True, text=True, check=False)
    assert f"127.0.0.1:{wechat.port}" in listening.stdout or listening.returncode


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_the_control_port_wants_its_token(wechat, token):
    assert wechat.ask("GET", "books", token=token.encode().decode("latin-1"))[0] == 401


def test_keys_and_control_port_are_for_their_owner_only(wechat):
    for name in ("control.json", "merchant/apiclient_key.pem", "platform/certificate_1.pem", "platform/apiv3.key"):
        assert (wechat.folder / name).stat().st_mode & 0o077 == 0


def test_the_shop_gets_no_private_key_of_the_platform(wechat):
    for path in (wechat.folder / "merchant").iterdir():
        assert "PRIVATE" not in path.read_text() or path.name == "apiclient_key.pem"


@pytest.mark.parametrize(
    ("path", "value"), [("faults", {"on": 1}), ("do/pay", {"reference": "nothing"}), ("clock", {})]
)
def test_what_the_control_port_cannot_do_is_a_400(wechat, path, value):
    assert wechat.ask("POST", path, value)[0] == 400


def test_books_and_keys_stay_when_a_simulator_is_started_again(tmp_path):
    first = Simulated(tmp_path, "wechatpay")
    serial, secrets = first.method["serial"], first.secrets
    first.do("rotate", kind="public-key")
    first.stop()
    second = Simulated(tmp_path, "wechatpay")
    try:
        assert (second.method["serial"], second.secrets) == (serial, secrets)
        assert next(iter(second.method["public_keys"])) == "PUB_KEY_ID_011900000001202602"
    finally:
        second.stop()


def test_a_simulator_ends_when_it_is_told_to(tmp_path):
    made = Simulated(tmp_path, "wechatpay")
    made.stop()
    assert until(lambda: made._process.returncode is not None)
    assert made._process.returncode == 0
