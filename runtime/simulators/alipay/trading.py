"""Trades, payments and refunds in the books of Alipay, and the notices they cause.

A wish becomes a trade when its buyer has signed in: until then Alipay knows of no trade, though it can be paid.
"""

import secrets
from datetime import datetime
from typing import Any

import msgspec

from runtime.simulators.alipay import notices
from runtime.simulators.alipay.identity import Identity
from runtime.simulators.alipay.wishes import CHINA, RefundWish, TradeWish, business
from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge, Movement, Refund
from runtime.simulators.stage import Stage

FEE_PER_MILLION = 6000
_OUTCOMES = frozenset({"slow", "nothing"})


def stamp(at: float) -> str:
    """Return a moment as Alipay writes it."""
    return datetime.fromtimestamp(int(at), CHINA).strftime("%Y-%m-%d %H:%M:%S")


def yuan(fen: int) -> str:
    """Return an amount as Alipay writes it."""
    return f"{fen // 100}.{fen % 100:02d}"


def fee(amount: int) -> int:
    """Return the fee of a payment: 0.6 %, rounded half up."""
    return (amount * FEE_PER_MILLION + 500_000) // 1_000_000


class Trading:
    """The counter of one merchant."""

    def __init__(self, stage: Stage, identity: Identity) -> None:
        self._stage = stage
        self._books = stage.books
        self._identity = identity

    def keep(self, wish: TradeWish) -> str:
        """Keep a wish until its buyer comes; return its name."""
        known = self._books.charge(wish.reference)
        if known is not None:
            self._same(known, wish)
        name = secrets.token_urlsafe(12)
        self._books.remember(f"wish:{name}", msgspec.json.encode(wish).decode())
        self._books.remember(f"wish-of:{wish.reference}", name)
        return name

    def wish(self, name: str) -> TradeWish | None:
        """Return a wish by its name, or None."""
        found = self._books.fact(f"wish:{name}")
        return msgspec.json.decode(found, type=TradeWish) if found else None

    def sign_in(self, wish: TradeWish, *, late: bool = False) -> Charge:
        """Make a trade of a wish: its buyer has scanned or signed in; raise WrongError."""
        now = self._stage.clock.now()
        if wish.ends <= now and not late:
            raise business("TRADE_HAS_CLOSE", "交易超时")
        fresh = Charge(
            id=f"{datetime.fromtimestamp(now, CHINA):%Y%m%d}22001{self._books.next_number('trade'):015d}",
            reference=wish.reference, state="WAIT_BUYER_PAY", amount=wish.amount, currency="CNY",
            details=msgspec.to_builtins(wish), created_at=now,
        )  # fmt: skip
        with self._books.change():
            known = self._books.charge(wish.reference)
            if known is None:
                self._books.add(fresh)
                return fresh
        self._same(known, wish, late=late)
        return known

    def get(self, reference: str, trade_no: str = "") -> Charge:
        """Return a trade by Alipay's number or the merchant's."""
        found = self._books.find(Charge, "id = ?", trade_no) if trade_no else self._books.charge(reference)
        if found is None or (reference and found.reference != reference):
            raise business("TRADE_NOT_EXIST", "交易不存在")
        return found

    def pay(self, charge: Charge, *, amount: int = 0, late: bool = False, quiet: bool = False) -> Movement:
        """Move the buyer's money; raise WrongError when the trade is over."""
        now = self._stage.clock.now()
        with self._books.change():
            found = self.get(charge.reference)
            over = found.state != "WAIT_BUYER_PAY" or float(found.details["ends"]) <= now
            if found.details.get("paid_at") or (over and not late):
                raise business("TRADE_STATUS_ERROR", "交易状态不合法")
            paid = amount or found.amount
            movement = Movement(
                id=found.id, kind="payment", charge=found.reference, reference=found.reference, amount=paid,
                currency="CNY", fee=fee(paid), at=now,
            )  # fmt: skip
            self._books.add(movement)
            details = {**found.details, "paid_at": now}
            self._books.alter(Charge, "reference", found.reference, state="TRADE_SUCCESS", amount=paid, details=details)
        if not quiet:
            self.tell(found.reference)
        return movement

    def close(self, reference: str, trade_no: str) -> Charge:
        """Close a trade that is not paid."""
        with self._books.change():
            found = self.get(reference, trade_no)
            if found.state != "WAIT_BUYER_PAY":
                raise business("TRADE_STATUS_ERROR", "交易状态不合法")
            self._books.alter(Charge, "reference", found.reference, state="TRADE_CLOSED")
        return found

    def expire(self) -> None:
        """Close trades whose time is over."""
        now = self._stage.clock.now()
        for found in self._books.all(Charge, "state = 'WAIT_BUYER_PAY'"):
            if float(found.details["ends"]) <= now:
                self._books.alter(Charge, "reference", found.reference, state="TRADE_CLOSED")

    def refund(self, wish: RefundWish) -> tuple[Charge, Refund, str]:
        """Take a refund: return its trade, itself, and whether funds changed (Y, N or nothing yet)."""
        with self._books.change():
            charge = self.get(wish.reference, wish.trade_no)
            number = wish.number or charge.reference
            known = self.find_refund(charge, number)
            if known is not None:
                if known.amount != wish.amount:
                    raise business("DISCORDANT_REPEAT_REQUEST", "不一致的重复请求")
                return charge, known, "N"
            self._refundable(charge, wish)
            fault = self._books.take_fault(("refund-outcome",), _OUTCOMES)
            fresh = Refund(
                number=f"{charge.id}/{number}", id=f"{charge.id}-{self._books.next_number('refund')}",
                charge=charge.reference, state="REFUND_PROCESSING", amount=wish.amount, currency="CNY",
                created_at=self._stage.clock.now(),
                details={"number": number, "slow": float(fault.values.get("seconds", 1)) if fault else 0},
            )  # fmt: skip
            if fault is not None and fault.name == "nothing":
                return charge, fresh, "N"
            self._books.add(fresh)
            if fault is not None:
                return charge, fresh, "N"
        self.settle(fresh)
        return self.get(charge.reference), fresh, "Y"

    def find_refund(self, charge: Charge, number: str) -> Refund | None:
        """Return a refund of a trade, or None: the merchant's numbers of refunds are unique within a trade."""
        return self._books.find(Refund, "number = ?", f"{charge.id}/{number}")

    def refunded(self, reference: str) -> int:
        """Return how much of a trade went back."""
        return self._books.moved(reference, "refund")

    def settle_due(self) -> None:
        """Let slow refunds come through."""
        now = self._stage.clock.now()
        for found in self._books.all(Refund, "state = 'REFUND_PROCESSING'"):
            if found.created_at + found.details["slow"] / self._stage.speed <= now:
                self.settle(found)

    def settle(self, refund: Refund) -> None:
        """Send the money back and say so; a trade without money is closed."""
        now = self._stage.clock.now()
        with self._books.change():
            found = self._books.find(Refund, "number = ?", refund.number)
            if found is None or found.state != "REFUND_PROCESSING":
                return
            movement = Movement(
                id=refund.id, kind="refund", charge=refund.charge, reference=refund.details["number"],
                amount=refund.amount, currency="CNY", at=now,
            )  # fmt: skip
            self._books.add(movement)
            self._books.alter(Refund, "number", refund.number, state="REFUND_SUCCESS")
            charge = self.get(refund.charge)
            if self.refunded(charge.reference) >= charge.amount:
                self._books.alter(Charge, "reference", charge.reference, state="TRADE_CLOSED")
        self.tell(refund.charge, refund.details["number"])

    def tell(self, reference: str, refund: str = "") -> None:
        """Post the notice of a trade as it is now; a code's merchant is not told of a trade that closes."""
        charge = self.get(reference)
        if charge.state == "TRADE_CLOSED" and charge.details["method"] == "alipay.trade.precreate":
            return
        said = notices.describe(charge, self._identity)
        said |= {"gmt_create": stamp(charge.created_at), "total_amount": yuan(charge.amount)}
        said |= {name: yuan(charge.amount) for name in ("receipt_amount", "invoice_amount", "buyer_pay_amount")}
        said["fund_bill_list"] = f'[{{"amount":"{yuan(charge.amount)}","fundChannel":"ALIPAYACCOUNT"}}]'
        if charge.details.get("paid_at"):
            said["gmt_payment"] = stamp(charge.details["paid_at"])
        if refund:
            now = f"{stamp(self._stage.clock.now())}.000"
            said |= {"gmt_refund": now, "out_biz_no": refund, "refund_fee": yuan(self.refunded(reference))}
        self._stage.post(charge.state, reference, charge.details["notify_url"], said)

    def _refundable(self, charge: Charge, wish: RefundWish) -> None:
        if charge.state == "TRADE_FINISHED":
            raise business("TRADE_HAS_FINISHED", "交易已完结")
        if charge.state != "TRADE_SUCCESS":
            raise business("TRADE_STATUS_ERROR", "交易状态不合法")
        if charge.details.get("frozen"):
            raise business("REASON_TRADE_BEEN_FREEZEN", "交易已被冻结")
        given = sum(each.amount for each in self._books.all(Refund, "charge = ?", charge.reference))
        if given + wish.amount > charge.amount or (not wish.number and wish.amount != charge.amount):
            raise business("REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
        if wish.amount > int(self._books.fact("balance", str(10**12))):
            raise business("SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")

    def _same(self, known: Charge, wish: TradeWish, *, late: bool = False) -> None:
        """Refuse another trade under a number that was used."""
        if known.details.get("paid_at"):
            raise business("TRADE_HAS_SUCCESS", "交易已被支付")
        if known.state == "TRADE_CLOSED" and not late:
            raise business("TRADE_HAS_CLOSE", "交易已经关闭")
        if (known.amount, known.details["subject"]) != (wish.amount, wish.subject):
            raise business("CONTEXT_INCONSISTENT", "交易信息被篡改")

    def act_pay(self, values: dict[str, Any]) -> dict[str, str]:
        """Let the buyer pay: {reference, amount?, late?, quiet?}."""
        wish = self._last_wish(values)
        late, quiet = bool(values.get("late")), bool(values.get("quiet"))
        charge = self.sign_in(wish, late=late)
        return {"trade_no": self.pay(charge, amount=int(values.get("amount", 0)), late=late, quiet=quiet).id}

    def act_sign_in(self, values: dict[str, Any]) -> dict[str, str]:
        """Let the buyer scan or sign in, and no more: {reference}."""
        return {"trade_no": self.sign_in(self._last_wish(values)).id}

    def act_freeze(self, values: dict[str, Any]) -> dict[str, str]:
        """Freeze a trade, or not any more: {reference, frozen?}."""
        charge = self.get(str(values.get("reference", "")))
        details = {**charge.details, "frozen": bool(values.get("frozen", True))}
        self._books.alter(Charge, "reference", charge.reference, details=details)
        return {}

    def act_finish(self, values: dict[str, Any]) -> dict[str, str]:
        """End a trade for good, so that it cannot be refunded any more: {reference}."""
        charge = self.get(str(values.get("reference", "")))
        self._books.alter(Charge, "reference", charge.reference, state="TRADE_FINISHED")
        self.tell(charge.reference)
        return {}

    def act_balance(self, values: dict[str, Any]) -> dict[str, str]:
        """Set how much the seller has for refunds, in fen: {fen}."""
        self._books.remember("balance", str(int(values.get("fen", 0))))
        return {}

    def _last_wish(self, values: dict[str, Any]) -> TradeWish:
        found = self.wish(self._books.fact(f"wish-of:{values.get('reference', '')}"))
        if found is None:
            raise ActionError("nobody wished for such a trade")
        return found
