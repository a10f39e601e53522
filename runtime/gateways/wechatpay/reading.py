"""What WeChat Pay says, typed: orders, refunds, answers that refuse, and what is inside a notice."""

from http import HTTPStatus
from typing import Any

import msgspec

from runtime.gateways.protocol import Charge, RefundReport, RefundVerdict, Repayment, Report, Verdict
from runtime.gateways.wechatpay import signing
from runtime.gateways.wechatpay.signing import ForgedError, Resource
from runtime.gateways.wire import Answer
from runtime.refusals import Code, Refusal

_STATES = {
    "SUCCESS": Verdict.SUCCEEDED,
    "REFUND": Verdict.SUCCEEDED,
    "NOTPAY": Verdict.OPEN,
    "USERPAYING": Verdict.OPEN,
    "ACCEPT": Verdict.OPEN,
    # An order whose payment failed can be paid again until it is closed.
    "PAYERROR": Verdict.OPEN,
    "CLOSED": Verdict.CLOSED,
    "REVOKED": Verdict.CLOSED,
}
_REFUNDS = {
    "PROCESSING": RefundVerdict.PENDING,
    "SUCCESS": RefundVerdict.SUCCEEDED,
    "CLOSED": RefundVerdict.FAILED,
    "ABNORMAL": RefundVerdict.STUCK,
}
_NOBODY = {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}
_CLOSED = {"ORDER_CLOSED", "ORDERCLOSED"}
_PAID = {"ORDERPAID", "ORDER_PAID"}
_NO_REFUND = {"INVALID_REQUEST", "NOT_ENOUGH", "PARAM_ERROR", "USER_ACCOUNT_ABNORMAL", "MCH_NOT_EXISTS", "NO_AUTH"}
_NO_BILL = {"NO_STATEMENT_EXIST", "NOSTATEMENTEXIST", "STATEMENT_CREATING", "STATEMENTCREATING"}


class Amount(msgspec.Struct, frozen=True):
    """Money of an order or of a refund; a notice of a refund names no currency."""

    total: int = 0
    currency: str = ""
    refund: int = 0


class Order(msgspec.Struct, frozen=True):
    """An order as queries and notices show it."""

    appid: str
    mchid: str
    out_trade_no: str
    trade_state: str
    transaction_id: str = ""
    amount: Amount = Amount()


class Refund(msgspec.Struct, frozen=True):
    """A refund as queries and answers (status) or notices (refund_status) show it."""

    out_refund_no: str
    out_trade_no: str = ""
    refund_id: str = ""
    status: str = ""
    refund_status: str = ""
    mchid: str = ""
    amount: Amount = Amount()


class Notice(msgspec.Struct, frozen=True):
    """A notice."""

    event_type: str
    resource: Resource


class _Error(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""


class Reader:
    """Types what was verified for one merchant."""

    def __init__(self, gateway: str, own: tuple[str, str], currency: str) -> None:
        self._gateway = gateway
        self._appid, self._mchid = own
        self._currency = currency

    def unknown(self, reference: str) -> Report:
        """Say that nothing is known of a charge."""
        return Report(gateway=self._gateway, reference=reference, verdict=Verdict.UNKNOWN)

    def report(self, charge: Charge, answer: Answer | None) -> Report:
        """Return what an answer says of a charge; anything strange is UNKNOWN."""
        unknown = self.unknown(charge.reference)
        if answer is None:
            return unknown
        if answer.status == HTTPStatus.OK:
            try:
                order = msgspec.json.decode(answer.body, type=Order)
            except msgspec.MsgspecError:
                return unknown
            return self.order(order) if self._is_ours(order, charge.reference) else unknown
        if error(answer).code in _NOBODY:
            return msgspec.structs.replace(unknown, verdict=Verdict.MISSING)
        return unknown

    def closed(self, charge: Charge, answer: Answer | None) -> Report:
        """Return what the answer to a wish to close says."""
        found = self.unknown(charge.reference)
        if answer is None:
            return found
        code = error(answer).code
        verdict = Verdict.UNKNOWN
        if answer.status == HTTPStatus.NO_CONTENT or code in _CLOSED:
            verdict = Verdict.CLOSED
        elif code in _PAID:
            verdict = Verdict.SUCCEEDED
        elif code in _NOBODY:
            verdict = Verdict.MISSING
        return msgspec.structs.replace(found, verdict=verdict)

    def order(self, order: Order) -> Report:
        """Return what an order of ours says; money is only said of money that moved."""
        verdict = _STATES.get(order.trade_state, Verdict.UNKNOWN)
        if verdict is Verdict.SUCCEEDED and not (order.transaction_id and order.amount.total > 0):
            verdict = Verdict.UNKNOWN
        moved = verdict is Verdict.SUCCEEDED
        return Report(
            gateway=self._gateway,
            reference=order.out_trade_no,
            verdict=verdict,
            transaction=order.transaction_id if moved else "",
            amount=order.amount.total if moved else 0,
            currency=order.amount.currency if moved else "",
        )

    def refund(self, repayment: Repayment, answer: Answer | None) -> RefundReport:
        """Return what an answer says of a refund; anything strange is UNKNOWN.

        A number that another refund of this merchant has, perhaps of another shop, needs the merchant.
        """
        unknown = RefundReport(gateway=self._gateway, number=repayment.number, verdict=RefundVerdict.UNKNOWN)
        if answer is None:
            return unknown
        if answer.status == HTTPStatus.OK:
            return self._refund_of(repayment, answer, unknown)
        said = error(answer)
        if said.code in _NOBODY:
            return msgspec.structs.replace(unknown, verdict=RefundVerdict.MISSING)
        if said.code in _NO_REFUND and HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            verdict = RefundVerdict.STUCK if said.code == "NOT_ENOUGH" else RefundVerdict.FAILED
            return msgspec.structs.replace(unknown, verdict=verdict, reason=said.message or said.code)
        return unknown

    def _refund_of(self, repayment: Repayment, answer: Answer, unknown: RefundReport) -> RefundReport:
        try:
            found = msgspec.json.decode(answer.body, type=Refund)
        except msgspec.MsgspecError:
            return unknown
        if found.out_refund_no != repayment.number:
            return unknown
        if (found.out_trade_no, found.amount.refund) != (repayment.reference, repayment.amount):
            reason = f"the number {repayment.number} belongs to another refund"
            return msgspec.structs.replace(unknown, verdict=RefundVerdict.STUCK, reason=reason)
        return self._refund(found, found.status)

    def notice(self, body: bytes, secret: bytes) -> Report | RefundReport:
        """Return what a notice says whose signature was verified; raise ForgedError for what is not ours."""
        try:
            sealed = msgspec.json.decode(body, type=Notice)
            plain = signing.decrypt(secret, sealed.resource)
            if sealed.event_type.startswith("REFUND."):
                refund = msgspec.json.decode(plain, type=Refund)
                if refund.mchid != self._mchid:
                    raise ForgedError("of another merchant")
                return self._refund(refund, refund.refund_status)
            order = msgspec.json.decode(plain, type=Order)
        except msgspec.MsgspecError as strange:
            raise ForgedError("unreadable") from strange
        if not self._is_ours(order, order.out_trade_no):
            raise ForgedError("of another merchant or app")
        return self.order(order)

    def refused(self, answer: Answer) -> Refusal:
        """Return the refusal that an answer means which is no success."""
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return Refusal(Code.PAYMENT_UNREACHABLE, gateway=self._gateway)
        said = error(answer)
        return Refusal(Code.PAYMENT_REFUSED, gateway=self._gateway, reason=f"{said.code} {said.message}".strip())

    def _refund(self, refund: Refund, state: str) -> RefundReport:
        return RefundReport(
            gateway=self._gateway,
            number=refund.out_refund_no,
            verdict=_REFUNDS.get(state, RefundVerdict.UNKNOWN),
            transaction=refund.refund_id,
            amount=refund.amount.refund,
            currency=refund.amount.currency or self._currency,
        )

    def _is_ours(self, order: Order, reference: str) -> bool:
        return (order.appid, order.mchid, order.out_trade_no) == (self._appid, self._mchid, reference)


def error(answer: Answer) -> _Error:
    """Return what an answer that refuses says."""
    try:
        return msgspec.json.decode(answer.body, type=_Error)
    except msgspec.MsgspecError:
        return _Error()


def is_no_bill(answer: Answer) -> bool:
    """Tell whether an answer says that a bill is not there yet, or never will be."""
    return error(answer).code in _NO_BILL


def field(answer: Answer, name: str) -> str:
    """Return a text of an answer, or ''."""
    try:
        found: dict[str, Any] = msgspec.json.decode(answer.body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return ""
    return str(found.get(name) or "")
