"""An ISO 20022 bank that others wrote, in a process of its own with a clock that tests move."""

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from ports import free_port
from simulated import until

PROGRAM = Path(sys.executable).parent / "mock-bank"
CLOCK = "2026-11-23T09:00"


class MockBank:
    """The bank and its counters."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen([PROGRAM, "--port", str(self.port), "--clock", CLOCK, "-q"])
        until(self._is_open)

    def _is_open(self):
        with contextlib.suppress(OSError):
            return self.ask("GET", "/_mock/health")[0] == 200

    def ask(self, method, path, body=None):
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        kind = "application/json" if isinstance(body, dict) else "application/xml"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers={"Content-Type": kind}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def json(self, method, path, body=None):
        return json.loads(self.ask(method, path, body)[1])

    def pay(self, data):
        """Hand a payment file over and return its status and reason."""
        answer = json.loads(self.ask("POST", "/payments", data)[1])
        return answer["status"], answer["reason"]

    def mail(self):
        """Return all documents of the mailbox, and empty it."""
        return self.ask("GET", "/_mock/mailbox?raw")[1]

    def advance(self, days):
        return self.json("POST", f"/_mock/advance?days={days}")

    def behave(self, account, behaviour, **parameters):
        return self.json("PATCH", f"/_mock/accounts/{account}", {"behaviour": behaviour, "parameters": parameters})

    def balance(self, account):
        return next(each for each in self.json("GET", "/_mock/accounts") if each["id"] == account)["balance"]

    def credit(self, amount, note, **more):
        debtor = {"name": "Li Lei", "iban": "NL14MOCK0000000002"}
        return self.json(
            "POST", "/_mock/credits", {"account": "ACME", "amount": amount, "note": note, "debtor": debtor, **more}
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
