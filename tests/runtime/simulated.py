"""A simulated provider in its own process, as tests talk to it: its control port, its books, its ready settings."""

import http.client
import json
import shutil
import time

import yaml
from forking import shopwright

from generator.shop import PaymentMethod


class Simulated:
    """``shopwright simulate NAME`` until ``stop``."""

    def __init__(self, folder, name, *options):
        self.folder = folder
        self.name = name
        card = folder / "control.json"
        card.unlink(missing_ok=True)
        log = folder.with_name(f"{folder.name}.log")
        log.write_text("")
        self._process = shopwright("simulate", name, "--folder", folder, *options, said=log)
        listens = f"\n{name} listens on "
        until(lambda: listens in log.read_text("utf-8") or self._process.poll() is not None)
        text, found, _ = log.read_text("utf-8").partition(listens)
        if not found:
            raise RuntimeError(text)
        said = text.partition("# var/secrets.env")
        self.settings = yaml.safe_load(said[0])
        self.method = self.settings.get("payment", [None])[0]
        self.secrets = dict(line.split("=", 1) for line in said[2].splitlines() if "=" in line and line[0] != "#")
        found = json.loads(card.read_bytes())
        self.address, self.token = found["address"], found["token"]

    def stop(self):
        self._process.terminate()
        self._process.wait(60)

    @property
    def port(self):
        return int(self.address.rpartition(":")[2])

    def ask(self, method, path, value=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            given = {"Authorization": f"Bearer {self.token if token is None else token}"}
            connection.request(method, f"/_control/{path}", None if value is None else json.dumps(value), given)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null") if answer.status < 401 else None
        finally:
            connection.close()

    def books(self):
        return self.ask("GET", "books")[1]

    def plan(self, on, name, times=1, **values):
        status, said = self.ask("POST", "faults", {"on": on, "name": name, "values": values, "times": times})
        assert status == 200, said

    def fair(self):
        self.ask("DELETE", "faults")

    def clock(self, ahead):
        assert self.ask("POST", "clock", {"ahead": ahead})[0] == 200

    def do(self, action, **values):
        status, said = self.ask("POST", f"do/{action}", values)
        assert status == 200, said
        return said

    def charge(self, reference):
        return next((each for each in self.books()["charges"] if each["reference"] == reference), None)

    def notices(self, subject):
        return [each for each in self.books()["notices"] if each["subject"] == subject]

    def asked(self, operation):
        return [each for each in self.books()["asked"] if each["operation"] == operation]

    def moved(self, kind="payment", **fields):
        rows = [each for each in self.books()["movements"] if each["kind"] == kind]
        return [each for each in rows if all(each[name] == value for name, value in fields.items())]

    def payment_method(self, var, **changes):
        """Return the shop's payment method as the simulator prints it, its keys copied to where it says."""
        folder = var / self.name
        if not folder.exists():
            shutil.copytree(self.folder / "merchant", folder)
        settings = {key: value for key, value in {**self.method, **changes}.items() if key != "gateway"}
        return PaymentMethod(
            gateway=self.name, settings={key: value for key, value in settings.items() if value is not None}
        )


def until(happened, seconds=120.0):
    """Wait for something that another process does; return what it returned."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.03)
    return found
