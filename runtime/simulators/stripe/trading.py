"""Sessions, payments, refunds and disputes in the books of the simulated Stripe, and the events they cause."""

import secrets
from typing import Any

import msgspec

from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge, Movement, Refund
from runtime.simulators.stage import Stage
from runtime.simulators.stripe.wishes import SessionWish, WrongError, whole

REFUND_SECONDS = 1.0


def fee(amount: int) -> int:
    """Return the fee of a payment: 1.5 % and 25 minor units."""
    return (amount * 150 + 5000) // 10000 + 25


class Trading:
    """One account."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._books = stage.books

    def open(self, wish: SessionWish) -> Charge:
        """Take a session."""
        name = f"cs_test_{secrets.token_hex(29)}"
        taken = not wish.reference or self._books.charge(wish.reference) is not None
        made = Charge(
            id=name, reference=name if taken else wish.reference, state="open", amount=wish.amount,
            currency=wish.currency.upper(),
            details={
                "client_reference_id": wish.reference or None, "metadata": wish.metadata, "name": wish.name,
                "intent_metadata": wish.intent_metadata, "success_url": wish.success_url,
                "cancel_url": wish.cancel_url, "expires_at": wish.expires_at, "intent": "", "payment_status": "unpaid",
            },
            created_at=self._stage.clock.now(),
        )  # fmt: skip
        self._books.add(made)
        return made

    def get(self, session: str) -> Charge:
        """Return a session; one whose time is over has expired."""
        found = self._books.find(Charge, "id = ?", session)
        if found is None:
            raise WrongError(404, "resource_missing", f"No such checkout.session: {session}")
        if found.state == "open" and self._stage.clock.now() >= found.details["expires_at"]:
            return self._alter(found, state="expired", event="checkout.session.expired")
        return found

    def expire(self, session: str) -> Charge:
        """Let an open session expire."""
        with self._books.change():
            found = self.get(session)
            if found.state != "open":
                text = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {found.state}.'
                raise WrongError(400, "", text)
            return self._alter(found, state="expired", event="checkout.session.expired")

    def describe(self, charge: Charge, *, whole_intent: bool = False) -> dict[str, Any]:
        """Return a session as the interface shows it."""
        details = charge.details
        intent: object = details["intent"] or None
        if intent and whole_intent:
            done = details["payment_status"] == "paid"
            intent = {"id": intent, "object": "payment_intent", "status": "succeeded" if done else "processing"}
        return {
            "id": charge.id,
            "object": "checkout.session",
            "client_reference_id": details["client_reference_id"],
            "metadata": details["metadata"],
            "mode": "payment",
            "status": charge.state,
            "payment_status": details["payment_status"],
            "payment_intent": intent,
            "amount_total": details.get("paid_amount", charge.amount),
            "currency": charge.currency.lower(),
            "created": int(charge.created_at),
            "expires_at": details["expires_at"],
            "livemode": False,
            "success_url": details["success_url"],
            "cancel_url": details["cancel_url"],
            "url": f"{self._stage.address}/c/pay/{charge.id}" if charge.state == "open" else None,
        }

    def pay(self, values: dict[str, Any]) -> dict[str, str]:
        """Complete a session: {reference, amount?, late?, again?, quiet?, delayed?, decline?}."""
        states = {"open", *(["expired"] if values.get("late") else []), *(["complete"] if values.get("again") else [])}
        with self._books.change():
            charge = self._books.charge(str(values.get("reference", "")))
            if charge is None or charge.state not in states:
                raise ActionError(f"cannot be paid: {charge.state if charge else 'no such session'}")
            if values.get("decline"):
                return {"payment_intent": ""}
            intent = f"pi_{secrets.token_hex(12)}"
            if values.get("delayed"):
                self._alter(charge, state="complete", event="checkout.session.completed", intent=intent)
                return {"payment_intent": intent}
            return self._take(charge, intent, values)

    def arrive(self, values: dict[str, Any]) -> dict[str, str]:
        """Let delayed money come or fail: {reference, fails?}."""
        with self._books.change():
            charge = self._books.charge(str(values.get("reference", "")))
            if charge is None or charge.state != "complete" or charge.details["payment_status"] != "unpaid":
                raise ActionError("nothing is on its way")
            if values.get("fails"):
                self._alter(charge, state="complete", event="checkout.session.async_payment_failed")
                return {}
            event = "checkout.session.async_payment_succeeded"
            return self._take(charge, charge.details["intent"], {**values, "event": event})

    def refund(self, form: dict[str, Any]) -> Refund:
        """Send money back."""
        intent = str(form.get("payment_intent", ""))
        with self._books.change():
            payment = self._books.find(Movement, "kind = 'payment' AND id = ?", intent)
            if payment is None:
                raise WrongError(404, "resource_missing", f"No such payment_intent: {intent}")
            back = self._books.all(Refund, "charge = ? AND state <> 'failed'", intent)
            left = payment.amount - sum(each.amount for each in back)
            amount = whole(form, "amount") if "amount" in form else left
            if not left:
                raise WrongError(400, "charge_already_refunded", "Charge has already been refunded.")
            if not 0 < amount <= left:
                text = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
                raise WrongError(400, "amount_too_large", text)
            made = Refund(
                number=f"re_{secrets.token_hex(12)}", id=f"re_{secrets.token_hex(12)}", charge=intent, state="pending",
                amount=amount, currency=payment.currency,
                details={"metadata": form.get("metadata", {}), "outcome": self._books.fact("refunds", "succeeded")},
                created_at=self._stage.clock.now(),
            )  # fmt: skip
            self._books.add(
                msgspec.structs.replace(made, number=str(form.get("metadata", {}).get("number", made.number)))
            )
            return self._books.find(Refund, "id = ?", made.id) or made

    def describe_refund(self, refund: Refund) -> dict[str, Any]:
        """Return a refund as the interface shows it."""
        return {
            "id": refund.id,
            "object": "refund",
            "amount": refund.amount,
            "currency": refund.currency.lower(),
            "payment_intent": refund.charge,
            "metadata": refund.details["metadata"],
            "status": refund.state,
            "created": int(refund.created_at),
            "failure_reason": "expired_or_canceled_card" if refund.state == "failed" else None,
        }

    def settle_due(self) -> None:
        """Let refunds come through, or fail as planned."""
        due = self._stage.clock.now() - REFUND_SECONDS / self._stage.speed
        for refund in self._books.all(Refund, "state = 'pending' AND created_at <= ?", due):
            outcome = refund.details["outcome"]
            if outcome == "pending":
                continue
            with self._books.change():
                self._books.alter(Refund, "id", refund.id, state=outcome)
                if outcome == "succeeded":
                    self._books.add(
                        Movement(
                            id=refund.id, kind="refund", charge=refund.charge, reference=refund.number,
                            amount=refund.amount, currency=refund.currency, at=self._stage.clock.now(),
                        )
                    )  # fmt: skip
            done = msgspec.structs.replace(refund, state=outcome)
            self.tell("refund.updated" if outcome == "succeeded" else "refund.failed", self.describe_refund(done))

    def dispute(self, values: dict[str, Any]) -> dict[str, str]:
        """Open or close a dispute: {payment_intent, state: opened | won | lost, number?}."""
        payment = self._books.find(Movement, "kind = 'payment' AND id = ?", str(values.get("payment_intent", "")))
        if payment is None:
            raise ActionError("no such payment")
        number = str(values.get("number") or f"dp_{secrets.token_hex(12)}")
        state = str(values.get("state", "opened"))
        said = {
            "id": number, "object": "dispute", "amount": payment.amount, "currency": payment.currency.lower(),
            "payment_intent": payment.id, "status": "needs_response" if state == "opened" else state,
        }  # fmt: skip
        self.tell(f"charge.dispute.{'created' if state == 'opened' else 'closed'}", said)
        return {"number": number}

    def tell(self, kind: str, thing: dict[str, Any]) -> None:
        """Plan an event for the endpoint."""
        content = {
            "id": f"evt_{secrets.token_hex(12)}", "object": "event", "type": kind, "livemode": False,
            "created": int(self._stage.clock.now()), "data": {"object": thing},
        }  # fmt: skip
        self._stage.post(kind, str(thing["id"]), self._stage.notify, content)

    def _take(self, charge: Charge, intent: str, values: dict[str, Any]) -> dict[str, str]:
        amount = int(values.get("amount", charge.amount))
        self._books.add(
            Movement(
                id=intent, kind="payment", charge=charge.reference, reference=charge.reference, amount=amount,
                currency=charge.currency, fee=fee(amount), at=self._stage.clock.now(),
            )
        )  # fmt: skip
        event = "" if values.get("quiet") else str(values.get("event", "checkout.session.completed"))
        self._alter(charge, state="complete", event=event, intent=intent, payment_status="paid", paid_amount=amount)
        return {"payment_intent": intent}

    def _alter(self, charge: Charge, *, state: str, event: str = "", **details: object) -> Charge:
        changed = msgspec.structs.replace(charge, state=state, details={**charge.details, **details})
        self._books.alter(Charge, "id", charge.id, state=state, details=changed.details)
        if event:
            self.tell(event, self.describe(changed))
        return changed
