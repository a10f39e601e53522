"""Alipay as a simulated provider: its operations, its notices and what the control port can do with it."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from flask import Flask

from runtime.simulators.alipay import notices
from runtime.simulators.alipay.desk import OPERATIONS, Desk
from runtime.simulators.alipay.identity import Identity
from runtime.simulators.alipay.trading import Trading, stamp
from runtime.simulators.alipay.wishes import WrongError
from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge, Fault, Movement, Notice
from runtime.simulators.stage import Letter, Stage

_DAY = 86400


class Alipay:
    """The provider."""

    name = "alipay"
    retry_plan = (240.0, 600.0, 600.0, 3600.0, 7200.0, 21600.0, 54000.0)

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._identity = Identity(stage.folder)
        self._trading = Trading(stage, self._identity)

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do: pay, sign-in, freeze, finish, balance, age."""
        found = {
            "pay": self._trading.act_pay,
            "sign-in": self._trading.act_sign_in,
            "freeze": self._trading.act_freeze,
            "finish": self._trading.act_finish,
            "balance": self._trading.act_balance,
            "age": self._age,
        }
        return {name: _told(action) for name, action in found.items()}

    def application(self) -> Flask:
        """Return the interface and the buyers' pages."""
        app = Flask("runtime.simulators.alipay", static_folder=None)
        Desk(self._stage, self._identity, self._trading).mount(app)
        return app

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for."""
        del method
        start, _, query = path.partition("?")
        if start.startswith("/bill/"):
            return "download"
        return OPERATIONS.get(parse_qs(query).get("method", [""])[0], "page")

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Sign a notice, well or with a fault."""
        old = fault is not None and fault.name == "timestamp"
        late = float(fault.values.get("seconds", notices.MONTH)) if fault is not None and old else 0.0
        return notices.seal(self._identity, notice, fault, stamp(self._stage.clock.now() - late))

    def accepted(self, status: int, body: bytes) -> bool:
        """Tell whether the shop took a notice: it says success, and nothing else."""
        return status == 200 and body == b"success"  # noqa: PLR2004  HTTP

    def tick(self) -> None:
        """Let slow refunds come through, and trades end."""
        self._trading.settle_due()
        self._trading.expire()

    def settings(self) -> str:
        """Return lines to paste."""
        found = self._identity
        return "\n".join(
            (
                "# shop.yaml",
                "payment:",
                "  - gateway: alipay",
                f'    app_id: "{found.app_id}"',
                f'    seller_id: "{found.seller_id}"',
                "    private_key: alipay/app_private_key.pem",
                "    alipay_public_key: alipay/alipay_public_key.pem",
                f"    endpoint: {self._stage.address}/gateway.do",
                f"# copy {found.shop} to var/alipay",
                "# or, in certificate mode, instead of alipay_public_key:",
                "#   app_certificate: alipay/appCertPublicKey.crt",
                "#   alipay_certificate: alipay/alipayCertPublicKey_RSA2.crt",
                "#   alipay_root_certificate: alipay/alipayRootCert.crt",
            )
        )

    def _age(self, values: dict[str, Any]) -> dict[str, str]:
        """Move all that happened into the past, for bills exist only of days that are over: {days}."""
        seconds, books = float(values.get("days", 1)) * _DAY, self._stage.books
        with books.change():
            for movement in books.all(Movement):
                books.alter(Movement, "id", movement.id, at=movement.at - seconds)
            for charge in books.all(Charge):
                books.alter(Charge, "reference", charge.reference, created_at=charge.created_at - seconds)
        return {}


def _told(action: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    """Return an action that says at the control port what Alipay says to a merchant."""

    def act(values: dict[str, Any]) -> object:
        try:
            return action(values)
        except WrongError as error:
            raise ActionError(f"{error.sub_code}: {error}") from error

    return act
