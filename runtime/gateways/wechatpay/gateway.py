"""The gateway of WeChat Pay, API v3: our own client, which signs what it asks and believes nothing unsigned."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from runtime.gateways.protocol import (
    Bill,
    Charge,
    Device,
    Kind,
    Notice,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
)
from runtime.gateways.wechatpay import bills, reading, signing, wishes
from runtime.gateways.wechatpay.buyers import Buyers
from runtime.gateways.wechatpay.keyring import Keyring
from runtime.gateways.wechatpay.reading import Reader
from runtime.gateways.wechatpay.signing import ForgedError, Merchant
from runtime.gateways.wechatpay.wishes import Way
from runtime.gateways.wire import Answer, Request, Wire
from runtime.refusals import Code, Refusal

log = logging.getLogger(__name__)
CURRENCY = "CNY"
_TRANSACTIONS, _REFUNDS = "/v3/pay/transactions", "/v3/refund/domestic/refunds"
_AGENT = "shopwright"
_PAGE_LIFE = timedelta(minutes=4)
"""A page of H5 may be opened for five minutes."""
_CODE_LIFE = timedelta(minutes=110)
"""A code may be scanned for two hours, and WeChat's browser called as long."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant at WeChat Pay: ``secret`` is its APIv3 key, ``ways`` the products it has opened."""

    appid: str
    merchant: Merchant
    secret: bytes
    public_keys: dict[str, RSAPublicKey] = {}
    ways: tuple[str, ...] = (Way.NATIVE,)

    def __repr__(self) -> str:
        """Keep the keys out of logs."""
        return f"Account({self.appid!r}, {self.merchant.mchid!r})"


class WechatPay:
    """Pays by a code, by a page on the phone, or in WeChat's own browser."""

    id = "wechatpay"
    kind = Kind.ONLINE
    hold_seconds: int | None = None
    thanks = ""

    def __init__(
        self,
        account: Account,
        send: Wire,
        fetch: Wire | None = None,
        buyers: Buyers | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account = account
        self._own = (account.appid, account.merchant.mchid)
        self._send = send
        self._fetch = fetch or send
        self._buyers = buyers
        self._clock = clock
        self._reader = Reader(self.id, self._own, CURRENCY)
        self._keyring = Keyring(account.public_keys, account.secret, self._certificates)

    def start(self, charge: Charge) -> Started:
        """Ask for an order, in the way that fits the buyer's device; raise Refusal."""
        if charge.currency != CURRENCY:
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"WeChat Pay takes no {charge.currency}")
        way = wishes.way(charge, self._account.ways)
        body = msgspec.json.encode(wishes.order(charge, way, self._own))
        answer = self._ask("POST", f"{_TRANSACTIONS}/{way}", body)
        if answer is None:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        if answer.status != HTTPStatus.OK:
            raise self._reader.refused(answer)
        return self._started(charge, way, answer)

    def query(self, charge: Charge) -> Report:
        """Ask what became of a charge."""
        return self._reader.report(charge, self._ask("GET", f"{self._path(charge)}?mchid={self._own[1]}"))

    def close(self, charge: Charge) -> Report:
        """Ask that nobody can pay a charge any more."""
        body = msgspec.json.encode({"mchid": self._own[1]})
        return self._reader.closed(charge, self._ask("POST", f"{self._path(charge)}/close", body))

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify, decrypt and type a notice; raise Refusal (notice-forged) for what is not signed or not ours."""
        try:
            signing.verify(headers, body, lambda serial: self._keyring.find(serial, now), now)
            return self._reader.notice(body, self._account.secret)
        except ForgedError as error:
            log.warning("a notice of WeChat Pay was turned away: %s", error)
            raise Refusal(Code.NOTICE_FORGED, reason=str(error)) from error

    def refund(self, repayment: Repayment) -> RefundReport:
        """Ask to send money back."""
        answer = self._ask("POST", _REFUNDS, msgspec.json.encode(wishes.refund(repayment)))
        report = self._reader.refund(repayment, answer)
        if report.verdict is not RefundVerdict.FAILED:
            return report
        # A number that was refused now may have been taken before: only a refund that is not there has failed.
        known = self.query_refund(repayment)
        return report if known.verdict is RefundVerdict.MISSING else known

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Ask what became of a refund."""
        answer = self._ask("GET", f"{_REFUNDS}/{quote(repayment.number, safe='')}")
        return self._reader.refund(repayment, answer)

    def bill(self, day: date) -> Bill:
        """Fetch a day's bill, which is there from ten in the morning of the next day; raise Refusal."""
        told = self._ask("GET", f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL&tar_type=GZIP")
        if told is None:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        if told.status != HTTPStatus.OK:
            if reading.is_no_bill(told):
                raise Refusal(Code.BILL_MISSING, gateway=self.id, day=day.isoformat())
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        # Only the path is followed: the file lies where we asked, whatever host an answer names.
        place = urlsplit(reading.field(told, "download_url"))
        path = f"{place.path}?{place.query}"
        file = self._fetch(self._request("GET", path, b""))
        if file is None or file.status != HTTPStatus.OK or reading.field(told, "hash_type") != "SHA1":
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        try:
            return bills.read(file.body, reading.field(told, "hash_value"), day, self.id)
        except bills.DamagedError as error:
            raise Refusal(Code.BILL_DAMAGED, gateway=self.id, day=day.isoformat(), reason=str(error)) from error

    def sign_in_page(self, back: str, state: str) -> str:
        """Return where WeChat tells us the buyer's openid; '' while the merchant has not opened this way."""
        if self._buyers is None or Way.JSAPI not in self._account.ways:
            return ""
        return self._buyers.page(back, state)

    def find_payer(self, code: str) -> str | None:
        """Return the openid of the buyer who brought back a code, or None."""
        return self._buyers.find(code) if self._buyers is not None else None

    def _started(self, charge: Charge, way: Way, answer: Answer) -> Started:
        """Return what the buyer does next; an answer without it is no answer."""
        now = self._clock()
        if way is Way.JSAPI:
            prepay = reading.field(answer, "prepay_id")
            if prepay:
                bridge = signing.bridge(self._account.merchant, self._own[0], prepay, now)
                return Started(bridge=bridge, transaction=prepay, renew_at=now + _CODE_LIFE, device=Device.WECHAT)
        if way is Way.H5:
            page = reading.field(answer, "h5_url")
            if page.startswith(("https://", "http://127.0.0.1:")):
                back = f"&redirect_url={quote(charge.return_url, safe='')}" if charge.return_url else ""
                return Started(page=page + back, renew_at=now + _PAGE_LIFE, device=Device.PHONE)
        if way is Way.NATIVE:
            code = reading.field(answer, "code_url")
            if code:
                device = Device.DESKTOP if charge.device is Device.DESKTOP else None
                return Started(code=code, renew_at=now + _CODE_LIFE, device=device)
        raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)

    def _path(self, charge: Charge) -> str:
        return f"{_TRANSACTIONS}/out-trade-no/{quote(charge.reference, safe='')}"

    def _ask(self, method: str, path: str, body: bytes = b"") -> Answer | None:
        """Send a signed request; an answer that WeChat Pay did not sign counts as none."""
        now = self._clock()
        answer = self._send(self._request(method, path, body))
        if answer is None:
            return None
        try:
            signing.verify(answer.headers, answer.body, lambda serial: self._keyring.find(serial, now), self._clock())
        except ForgedError as error:
            log.warning("an answer of WeChat Pay (%s to %s) is not believed: %s", answer.status, path, error)
            return None
        return answer

    def _request(self, method: str, path: str, body: bytes) -> Request:
        now = self._clock()
        headers = {
            "Authorization": signing.authorization(self._account.merchant, method, path, body, now),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
        }
        serial = self._keyring.wished(now)
        if serial:
            headers["Wechatpay-Serial"] = serial
        return Request(method, path, body, headers)

    def _certificates(self) -> Answer | None:
        """Ask for the certificates; the keyring verifies the answer by what is in it."""
        answer = self._send(self._request("GET", "/v3/certificates", b""))
        return answer if answer is not None and answer.status == HTTPStatus.OK else None
