"""Orders, payments and refunds in the books of WeChat Pay, and the notices they cause."""

import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge, Movement, Refund
from runtime.simulators.stage import Stage
from runtime.simulators.wechatpay.wishes import Order, RefundWish, WrongError

BEIJING = timezone(timedelta(hours=8))
FEE_PER_MILLION = 6000
REFUND_SECONDS = 1.0
_OUTCOMES = frozenset({"abnormal", "closed"})
_DESCRIBED = {
    "SUCCESS": "支付成功",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
    "REFUND": "转入退款",
    "PAYERROR": "支付失败",
}


def moment(at: float) -> str:
    """Return a moment as the interface writes it."""
    return datetime.fromtimestamp(int(at), BEIJING).isoformat()


def fee(amount: int) -> int:
    """Return the fee of a payment: 0.6 %, rounded half up."""
    return (amount * FEE_PER_MILLION + 500_000) // 1_000_000


class Trading:
    """The counter of one merchant."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._books = stage.books

    def open(self, wish: Order, way: str, serial: str) -> Charge:
        """Take an order; the same one again is the same, anything else under its number is refused."""
        asked = msgspec.to_builtins(wish)
        fresh = Charge(
            id=f"wx{secrets.token_hex(17)}", reference=wish.out_trade_no, state="NOTPAY", amount=wish.amount.total,
            currency=wish.amount.currency, details={"asked": asked, "way": way, "serial": serial},
            created_at=self._stage.clock.now(),
        )  # fmt: skip
        with self._books.change():
            known = self._books.charge(wish.out_trade_no)
            if known is None:
                self._books.add(fresh)
                return fresh
        if known.state != "NOTPAY":
            code = "ORDER_CLOSED" if known.state == "CLOSED" else "ORDERPAID"
            raise WrongError(400, code, "the order is over")
        if known.details["asked"] != asked or known.details["way"] != way:
            raise WrongError(403, "OUT_TRADE_NO_USED", "the number was used for another order")
        return known

    def get(self, reference: str) -> Charge:
        """Return an order by the merchant's number."""
        found = self._books.charge(reference)
        if found is None:
            raise WrongError(404, "ORDER_NOT_EXIST", "there is no such order")
        return found

    def by_transaction(self, transaction: str) -> Charge:
        """Return an order by the number of its payment."""
        found = self._books.find(Movement, "id = ?", transaction)
        if found is None:
            raise WrongError(404, "ORDER_NOT_EXIST", "there is no such order")
        return self.get(found.charge)

    def close(self, reference: str) -> None:
        """Close an order that is not paid."""
        with self._books.change():
            found = self.get(reference)
            if found.state not in {"NOTPAY", "CLOSED"}:
                raise WrongError(400, "ORDERPAID", "the order is paid")
            self._books.alter(Charge, "reference", reference, state="CLOSED")

    def describe(self, charge: Charge, payment: Movement | None = None) -> dict[str, Any]:
        """Return an order as queries and notices show it; ``payment`` is the one it is about, or the first."""
        moved = payment or self._books.find(Movement, "charge = ? AND kind = 'payment'", charge.reference)
        asked = charge.details["asked"]
        amount: dict[str, Any] = {"total": charge.amount, "currency": charge.currency}
        found = {
            "appid": asked["appid"],
            "mchid": asked["mchid"],
            "out_trade_no": charge.reference,
            "trade_state": charge.state,
            "trade_state_desc": _DESCRIBED.get(charge.state, charge.state),
            "attach": asked.get("attach", ""),
            "amount": amount,
        }
        if moved is not None:
            kinds = {"native": "NATIVE", "jsapi": "JSAPI", "h5": "MWEB", "app": "APP"}
            amount |= {"total": moved.amount, "payer_total": moved.amount, "payer_currency": "CNY"}
            found |= {
                "transaction_id": moved.id, "trade_type": kinds[charge.details["way"]], "bank_type": "OTHERS",
                "success_time": moment(moved.at), "payer": {"openid": asked["payer"].get("openid", "oUpF8uMuAJO_M2p")},
            }  # fmt: skip
        return found

    def pay(self, values: dict[str, Any]) -> dict[str, str]:
        """Move the buyer's money: {reference, amount?, late?, again?, quiet?}.

        ``late`` pays also what is closed, ``again`` what is paid, ``quiet`` sends no notice.
        """
        allowed = {"NOTPAY", *(["CLOSED"] if values.get("late") else []), *(["SUCCESS"] if values.get("again") else [])}
        with self._books.change():
            charge = self._books.charge(str(values.get("reference", "")))
            if charge is None or charge.state not in allowed:
                raise ActionError(f"cannot be paid: {charge.state if charge else 'no such order'}")
            amount = int(values.get("amount", charge.amount))
            number = self._books.next_number("transaction")
            payment = Movement(
                id=f"42000000{secrets.randbelow(10**12):012d}{number:08d}", kind="payment", charge=charge.reference,
                reference=charge.reference, amount=amount, currency=charge.currency, fee=fee(amount),
                at=self._stage.clock.now(),
            )  # fmt: skip
            self._books.add(payment)
            self._books.alter(Charge, "reference", charge.reference, state="SUCCESS")
        if not values.get("quiet"):
            paid = msgspec.structs.replace(charge, state="SUCCESS")
            self._post(
                "TRANSACTION.SUCCESS", charge, charge.details["asked"]["notify_url"], self.describe(paid, payment)
            )
        return {"transaction_id": payment.id}

    def refund(self, wish: RefundWish, serial: str) -> Refund:
        """Take a refund; the same number again is the same refund."""
        with self._books.change():
            charge = self.get(wish.out_trade_no) if wish.out_trade_no else self.by_transaction(wish.transaction_id)
            known = self._books.find(Refund, "number = ?", wish.out_refund_no)
            if known is not None:
                if (known.charge, known.amount) != (charge.reference, wish.amount.refund):
                    raise WrongError(400, "INVALID_REQUEST", "the number was used for another refund")
                return known
            paid = self._books.moved(charge.reference, "payment")
            if charge.state not in {"SUCCESS", "REFUND"}:
                raise WrongError(400, "INVALID_REQUEST", "the order is not paid")
            payment = self._payment(charge, wish)
            if wish.amount.total != payment.amount:
                raise WrongError(400, "INVALID_REQUEST", "the total is not the order's")
            given = sum(
                each.amount for each in self._books.all(Refund, "charge = ? AND state <> 'CLOSED'", charge.reference)
            )
            if given + wish.amount.refund > paid:
                raise WrongError(403, "NOT_ENOUGH", "more than was paid")
            fresh = Refund(
                number=wish.out_refund_no, id=f"5030000{self._books.next_number('refund'):022d}",
                charge=charge.reference, state="PROCESSING", amount=wish.amount.refund, currency=wish.amount.currency,
                details={"asked": msgspec.to_builtins(wish), "payment": payment.id, "serial": serial},
                created_at=self._stage.clock.now(),
            )  # fmt: skip
            self._books.add(fresh)
            self._books.alter(Charge, "reference", charge.reference, state="REFUND")
            return fresh

    def get_refund(self, number: str) -> Refund:
        """Return a refund by the merchant's number."""
        found = self._books.find(Refund, "number = ?", number)
        if found is None:
            raise WrongError(404, "RESOURCE_NOT_EXISTS", "there is no such refund")
        return found

    def describe_refund(self, refund: Refund) -> dict[str, Any]:
        """Return a refund as queries show it."""
        total = refund.details["asked"]["amount"]["total"]
        found = {
            "refund_id": refund.id, "out_refund_no": refund.number, "transaction_id": refund.details["payment"],
            "out_trade_no": refund.charge, "channel": "ORIGINAL", "user_received_account": "支付用户零钱",
            "create_time": moment(refund.created_at), "status": refund.state, "funds_account": "UNSETTLED",
            "amount": {
                "total": total, "refund": refund.amount, "payer_total": total, "payer_refund": refund.amount,
                "settlement_refund": refund.amount, "settlement_total": total, "discount_refund": 0,
                "currency": refund.currency,
            },
        }  # fmt: skip
        if refund.state == "SUCCESS":
            found["success_time"] = moment(refund.details["done_at"])
        return found

    def settle_due(self) -> None:
        """Let refunds come through, or fail as planned (faults abnormal and closed on refund-outcome)."""
        before = self._stage.clock.now() - REFUND_SECONDS / self._stage.speed
        for refund in self._books.all(Refund, "state = 'PROCESSING' AND created_at <= ?", before):
            fault = self._books.take_fault(("refund-outcome",), _OUTCOMES)
            self.settle({"number": refund.number, "state": fault.name.upper() if fault else "SUCCESS"})

    def settle(self, values: dict[str, Any]) -> dict[str, str]:
        """End a refund: {number, state: SUCCESS, ABNORMAL or CLOSED, quiet?}."""
        state, now = str(values.get("state", "SUCCESS")), self._stage.clock.now()
        with self._books.change():
            found = self._books.find(Refund, "number = ?", str(values.get("number", "")))
            if found is None or found.state not in {"PROCESSING", "ABNORMAL"}:
                raise ActionError("no refund that waits")
            details = {**found.details, "done_at": now}
            if state == "SUCCESS":
                whole = self._books.find(Movement, "id = ?", found.details["payment"])
                given = -fee(found.amount) if whole is not None else 0
                self._books.add(
                    Movement(
                        id=found.id, kind="refund", charge=found.charge, reference=found.number, amount=found.amount,
                        currency=found.currency, fee=given, at=now,
                    )
                )  # fmt: skip
            self._books.alter(Refund, "number", found.number, state=state, details=details)
            charge = self._books.charge(found.charge)
        if charge is not None and not values.get("quiet"):
            said = self.describe_refund(msgspec.structs.replace(found, state=state, details=details))
            said["refund_status"] = said.pop("status")
            said["mchid"] = charge.details["asked"]["mchid"]
            del said["amount"]["currency"]
            self._post(f"REFUND.{state}", charge, details["asked"]["notify_url"], said)
        return {"state": state}

    def _payment(self, charge: Charge, wish: RefundWish) -> Movement:
        found = self._books.all(Movement, "charge = ? AND kind = 'payment'", charge.reference)
        return next((each for each in found if each.id == wish.transaction_id), found[0])

    def _post(self, topic: str, charge: Charge, address: str, said: dict[str, Any]) -> None:
        content = {
            "id": secrets.token_hex(18),
            "create_time": moment(self._stage.clock.now()),
            "event_type": topic,
            "resource_type": "encrypt-resource",
            "plain": said,
            "serial": charge.details["serial"],
        }
        self._stage.post(topic, charge.reference, address, content)
