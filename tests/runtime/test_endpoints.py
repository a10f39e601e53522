"""What the console lets the shop ask: providers, and simulators that were started here, and nothing else inside."""

import http.server
import subprocess
import sys
import threading

import pytest
from simulated import Simulated

from runtime import endpoints, gateways, settings
from runtime.gateways import Charge, Verdict
from runtime.settings import SettingError

STRIPE = (".stripe.com",)
INSIDE = (
    "http://127.0.0.1:22", "http://localhost:8000", "http://[::1]:80", "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1", "http://192.168.1.1:80", "http://0.0.0.0:80", "http://2130706433", "http://127.1:80",
    "https://api.stripe.com.evil.example", "https://evil.example/api.stripe.com", "https://api.stripe.com@127.0.0.1",
    "https://api.stripe.com:8443", "http://api.stripe.com", "https://notstripe.com", "file:///etc/passwd", "http://[::",
    "gopher://127.0.0.1:25", "https://127.0.0.1", "",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_neither_a_provider_nor_a_simulator(address):
    assert (endpoints.is_at(address, STRIPE), endpoints.is_simulator(address)) == (False, False)


@pytest.mark.parametrize("address", ["https://api.stripe.com", "https://API.Stripe.com/v1", "https://stripe.com:443"])
def test_a_provider_is_at_its_own_hosts(address):
    assert endpoints.is_at(address, STRIPE)


def test_a_simulator_counts_as_long_as_its_process(monkeypatch, tmp_path):
    monkeypatch.setattr(endpoints.tempfile, "tempdir", str(tmp_path))
    address = "http://127.0.0.1:4242"
    assert not endpoints.is_simulator(address)
    endpoints.announce(4242)
    assert endpoints.is_simulator(address)
    assert not endpoints.is_simulator("http://127.0.0.1:4243")
    endpoints.withdraw(4242)
    assert not endpoints.is_simulator(address)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    endpoints.announce(4242)
    (folder,) = tmp_path.iterdir()
    (folder / "4242").write_text(str(ended.pid))
    assert not endpoints.is_simulator(address)


def test_a_note_that_somebody_else_could_have_written_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(endpoints.tempfile, "tempdir", str(tmp_path))
    endpoints.announce(4242)
    (folder,) = tmp_path.iterdir()
    folder.chmod(0o777)
    assert not endpoints.is_simulator("http://127.0.0.1:4242")


class Ear(http.server.BaseHTTPRequestHandler):
    """Something inside that must hear nothing."""

    def do_GET(self):
        self.server.heard.append(self.path)
        self.send_error(404)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


def test_a_gateway_asks_its_simulator_and_never_another_server_of_this_machine(tmp_path):
    made = Simulated(tmp_path / "stripe", "stripe")
    try:
        (tmp_path / "shop/var").mkdir(parents=True)
        (tmp_path / "shop/var/secrets.env").write_text(
            "".join(f"{key}={value}\n" for key, value in made.secrets.items())
        )
        found = settings.read(tmp_path / "shop", {})
        assert list(gateways.load(terms(made.method), found)) == ["stripe"]
        ear = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        ear.heard = []
        threading.Thread(target=ear.serve_forever, args=(0.05,), daemon=True).start()
        elsewhere = {**made.method, "endpoint": f"http://127.0.0.1:{ear.server_port}"}
        lost = Charge(reference="TEST1", amount=100, currency="EUR")
        (asked,) = gateways.load(terms(made.method), found).values()
        assert asked.query(lost).verdict is Verdict.MISSING
        (asked,) = gateways.load(terms(elsewhere), found).values()
        assert asked.query(lost).verdict is Verdict.UNKNOWN
        with pytest.raises(SettingError, match="must be at"):
            gateways.look_at_endpoint(terms(elsewhere).payment[0])
        gateways.look_at_endpoint(terms(made.method).payment[0])
        ear.shutdown()
        ear.server_close()
        assert ear.heard == []
    finally:
        made.stop()


def terms(method):
    given = {key: value for key, value in method.items() if key != "gateway"}
    return Asked(payment=(gateways.PaymentMethod(gateway=method["gateway"], settings=given),))


class Asked:
    """As much of the terms as gateways look at."""

    def __init__(self, payment):
        self.payment = payment
