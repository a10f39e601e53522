"""Orders, captures, refunds and disputes in the books of PayPal, and the notices they cause."""

import secrets
import string
from datetime import UTC, datetime
from typing import Any

import msgspec

from runtime.simulators.control import ActionError
from runtime.simulators.paypal.wishes import OrderWish, WrongError, money_of, unprocessable, written
from runtime.simulators.records import Charge, Movement, Refund
from runtime.simulators.stage import Stage

_LIFE = 3 * 3600
_LETTERS = string.ascii_uppercase + string.digits
_CAPTURES = frozenset({"pending", "declined"})
_REFUNDS = frozenset({"pending", "failed"})


def stamp(at: float) -> str:
    """Return a moment as PayPal writes it."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def number() -> str:
    """Return a new number of PayPal's."""
    return "".join(secrets.choice(_LETTERS) for _ in range(17))


def fee(amount: int) -> int:
    """Return the fee of a payment: 2.49 % and 35 units."""
    return (amount * 249 + 5000) // 10000 + 35


class Trading:
    """The counter of one merchant."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._books = stage.books

    def open(self, wish: OrderWish) -> Charge:
        """Take an order."""
        name = number()
        reference = wish.custom_id or wish.invoice_id or name
        charge = Charge(
            id=name, reference=reference, state="PAYER_ACTION_REQUIRED", amount=wish.amount, currency=wish.currency,
            details=msgspec.to_builtins(wish), created_at=self._stage.clock.now(),
        )  # fmt: skip
        if not self._books.add(charge):
            charge = msgspec.structs.replace(charge, reference=f"{reference}#{name}")
            self._books.add(charge)
        return charge

    def get(self, name: str) -> Charge:
        """Return an order; one that nobody agreed to is gone after three hours."""
        found = self._books.find(Charge, "id = ?", name)
        old = found is not None and found.state == "PAYER_ACTION_REQUIRED"
        if found is None or (old and found.created_at + _LIFE < self._stage.clock.now()):
            raise WrongError(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
        return found

    def agree(self, name: str, *, quiet: bool = False) -> Charge:
        """Let the buyer agree: nothing moves yet."""
        charge = self.get(name)
        if charge.state not in {"PAYER_ACTION_REQUIRED", "APPROVED"}:
            raise unprocessable("ORDER_ALREADY_CAPTURED")
        self._books.alter(Charge, "id", name, state="APPROVED")
        if not quiet:
            self.tell("CHECKOUT.ORDER.APPROVED", charge.reference, self.describe(self.get(name)))
        return charge

    def capture(self, name: str) -> Charge:
        """Take the money of an order that the buyer agreed to, once."""
        fault = self._books.take_fault(("capture-outcome",), _CAPTURES)
        with self._books.change():
            charge = self.get(name)
            if charge.state == "COMPLETED":
                raise unprocessable("ORDER_ALREADY_CAPTURED")
            if charge.state != "APPROVED":
                raise unprocessable("ORDER_NOT_APPROVED")
            invoice = charge.details["invoice_id"]
            if invoice and self._books.fact(f"invoice:{invoice}"):
                raise unprocessable("DUPLICATE_INVOICE_ID")
            if fault is not None and fault.name == "declined":
                raise unprocessable("INSTRUMENT_DECLINED")
            state = "PENDING" if fault is not None else "COMPLETED"
            details = {**charge.details, "capture": number(), "captured": state}
            self._books.remember(f"invoice:{invoice}", name)
            self._books.alter(Charge, "id", name, state="COMPLETED", details=details)
        return self._clear(name) if state == "COMPLETED" else self.get(name)

    def _clear(self, name: str, *, quiet: bool = False) -> Charge:
        """Move the money of a capture."""
        with self._books.change():
            charge = self.get(name)
            details = {**charge.details, "captured": "COMPLETED"}
            self._books.alter(Charge, "id", name, details=details)
            self._books.add(
                Movement(
                    id=details["capture"], kind="payment", charge=charge.reference, reference=charge.reference,
                    amount=charge.amount, currency=charge.currency, fee=fee(charge.amount), at=self._stage.clock.now(),
                )
            )  # fmt: skip
        if not quiet:
            self.tell("PAYMENT.CAPTURE.COMPLETED", charge.reference, self.describe_capture(self.get(name)))
        return self.get(name)

    def by_capture(self, capture: str) -> Charge:
        """Return the order of a capture."""
        for charge in self._books.all(Charge, "state = 'COMPLETED'"):
            if charge.details.get("capture") == capture:
                return charge
        raise WrongError(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")

    def refund(self, capture: str, wish: dict[str, Any]) -> Refund:
        """Send money of a capture back."""
        with self._books.change():
            charge = self.by_capture(capture)
            given = sum(
                each.amount for each in self._books.all(Refund, "charge = ? AND state <> 'FAILED'", charge.reference)
            )
            amount, currency = (
                money_of(wish["amount"]) if wish.get("amount") else (charge.amount - given, charge.currency)
            )
            if charge.details["captured"] != "COMPLETED" or currency != charge.currency:
                raise unprocessable("REFUND_NOT_ALLOWED")
            if given >= charge.amount:
                raise unprocessable("CAPTURE_FULLY_REFUNDED")
            if given + amount > charge.amount:
                raise unprocessable("REFUND_AMOUNT_EXCEEDED")
            if amount > int(self._books.fact("balance", str(10**12))):
                raise unprocessable("INSUFFICIENT_FUNDS")
            fault = self._books.take_fault(("refund-outcome",), _REFUNDS)
            name = number()
            refund = Refund(
                number=name, id=name, charge=charge.reference, state=fault.name.upper() if fault else "PENDING",
                amount=amount, currency=currency, created_at=self._stage.clock.now(),
                details={"custom_id": wish.get("custom_id", ""), "invoice_id": wish.get("invoice_id", "")},
            )  # fmt: skip
            self._books.add(refund)
        return self.settle(refund) if fault is None else refund

    def settle(self, refund: Refund) -> Refund:
        """Let a refund come through, and say so."""
        with self._books.change():
            self._books.alter(Refund, "id", refund.id, state="COMPLETED")
            self._books.add(
                Movement(
                    id=refund.id, kind="refund", charge=refund.charge,
                    reference=refund.details["invoice_id"] or refund.id, amount=refund.amount,
                    currency=refund.currency, at=self._stage.clock.now(),
                )
            )  # fmt: skip
        found = msgspec.structs.replace(refund, state="COMPLETED")
        self.tell("PAYMENT.CAPTURE.REFUNDED", refund.charge, self.describe_refund(found))
        return found

    def describe(self, charge: Charge) -> dict[str, Any]:
        """Return an order as PayPal shows it."""
        details = charge.details
        unit: dict[str, Any] = {
            "reference_id": "default", "amount": written(charge.amount, charge.currency),
            "description": details["description"], "custom_id": details["custom_id"],
            "invoice_id": details["invoice_id"],
        }  # fmt: skip
        if details.get("capture"):
            refunds = [self.describe_refund(each) for each in self._books.all(Refund, "charge = ?", charge.reference)]
            unit["payments"] = {"captures": [self.describe_capture(charge)]}
            if refunds:
                unit["payments"]["refunds"] = refunds
        here = self._stage.address
        links = [{"href": f"{here}/v2/checkout/orders/{charge.id}", "rel": "self", "method": "GET"}]
        if charge.state == "PAYER_ACTION_REQUIRED":
            page = f"{here}/checkoutnow?token={charge.id}"
            links.append({"href": page, "rel": "payer-action", "method": "GET"})
        return {
            "id": charge.id, "intent": "CAPTURE", "status": charge.state, "purchase_units": [unit], "links": links,
            "create_time": stamp(charge.created_at),
        }  # fmt: skip

    def describe_capture(self, charge: Charge) -> dict[str, Any]:
        """Return a capture as PayPal shows it."""
        details, back = charge.details, self._books.moved(charge.reference, "refund")
        state = details["captured"]
        if back:
            state = "REFUNDED" if back >= charge.amount else "PARTIALLY_REFUNDED"
        return {
            "id": details["capture"], "status": state, "amount": written(charge.amount, charge.currency),
            "final_capture": True, "custom_id": details["custom_id"], "invoice_id": details["invoice_id"],
            "supplementary_data": {"related_ids": {"order_id": charge.id}}, "create_time": stamp(charge.created_at),
        }  # fmt: skip

    def describe_refund(self, refund: Refund) -> dict[str, Any]:
        """Return a refund as PayPal shows it."""
        return {
            "id": refund.id, "status": refund.state, "amount": written(refund.amount, refund.currency),
            **{name: text for name, text in refund.details.items() if text}, "create_time": stamp(refund.created_at),
        }  # fmt: skip

    def tell(self, kind: str, subject: str, resource: dict[str, Any]) -> None:
        """Post a notice."""
        content = {
            "id": f"WH-{number()}", "event_version": "1.0", "create_time": stamp(self._stage.clock.now()),
            "resource_type": kind.split(".")[-2].lower(), "event_type": kind, "summary": kind, "resource": resource,
        }  # fmt: skip
        self._stage.post(kind, subject, self._stage.notify, content)

    def act_pay(self, values: dict[str, Any]) -> dict[str, str]:
        """Let the buyer agree: {reference, quiet?}."""
        return {"order": self.agree(self._named(values).id, quiet=bool(values.get("quiet"))).id}

    def act_clear(self, values: dict[str, Any]) -> dict[str, str]:
        """Let a pending capture come through, or not: {reference, state?: COMPLETED or DECLINED, quiet?}."""
        charge = self._named(values)
        if values.get("state") == "DECLINED":
            details = {**charge.details, "captured": "DECLINED"}
            self._books.alter(Charge, "id", charge.id, details=details)
            self.tell("PAYMENT.CAPTURE.DENIED", charge.reference, self.describe_capture(self.get(charge.id)))
        else:
            self._clear(charge.id, quiet=bool(values.get("quiet")))
        return {}

    def act_settle(self, values: dict[str, Any]) -> dict[str, str]:
        """Let pending refunds of an order come through: {reference}."""
        charge = self._named(values)
        for refund in self._books.all(Refund, "charge = ? AND state = 'PENDING'", charge.reference):
            self.settle(refund)
        return {}

    def act_dispute(self, values: dict[str, Any]) -> dict[str, str]:
        """Open a dispute, or end it: {reference, outcome?: RESOLVED_SELLER_FAVOUR or RESOLVED_BUYER_FAVOUR}."""
        charge = self._named(values)
        name = f"PP-D-{charge.id[:8]}"
        resource: dict[str, Any] = {
            "dispute_id": name, "dispute_amount": written(charge.amount, charge.currency),
            "disputed_transactions": [
                {"seller_transaction_id": charge.details["capture"], "custom": charge.details["custom_id"]}
            ],
        }  # fmt: skip
        outcome = values.get("outcome")
        if outcome:
            resource["dispute_outcome"] = {"outcome_code": outcome}
        self.tell(f"CUSTOMER.DISPUTE.{'RESOLVED' if outcome else 'CREATED'}", charge.reference, resource)
        return {"dispute": name}

    def act_balance(self, values: dict[str, Any]) -> dict[str, str]:
        """Set how much the merchant has for refunds, in minor units: {amount}."""
        self._books.remember("balance", str(int(values.get("amount", 0))))
        return {}

    def _named(self, values: dict[str, Any]) -> Charge:
        found = self._books.charge(str(values.get("reference", "")))
        if found is None:
            raise ActionError("there is no such order")
        return found
