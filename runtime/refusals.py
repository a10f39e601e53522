"""Refusals: the domain says no. Raising one rolls the unit of work back; the web turns it into a page by its code.

``refusal.code`` is stable, ``refusal.status`` is the HTTP status, ``refusal.values`` fill the message:
``words.say(f"refusal.{refusal.code}", locale, **refusal.values)`` (zh, en, de).
"""

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Every reason for saying no; the comment names the values that travel with it."""

    # Placing an order
    CART_EMPTY = "cart-empty"
    CART_TOO_LONG = "cart-too-long"  # maximum
    QUANTITY_INVALID = "quantity-invalid"  # text, maximum
    PRODUCT_GONE = "product-gone"  # sku, title
    SOLD_OUT = "sold-out"  # sku, title, left
    LIMIT_PER_ORDER = "limit-per-order"  # sku, title, limit
    LIMIT_PER_CUSTOMER = "limit-per-customer"  # sku, title, limit
    ADDRESS_NOT_SERVED = "address-not-served"  # method, region
    DELIVERY_UNKNOWN = "delivery-unknown"  # method
    DELIVERY_NOT_FOR_PRODUCT = "delivery-not-for-product"  # method, title
    GATEWAY_UNKNOWN = "gateway-unknown"  # gateway
    PRICE_CHANGED = "price-changed"  # expected, total, currency; the refusal is a PriceChangedRefusal with .quote
    TOTAL_TOO_LARGE = "total-too-large"
    FIELD_MISSING = "field-missing"  # field
    FIELD_INVALID = "field-invalid"  # field
    FORM_REUSED = "form-reused"  # number
    PROMOTION_GONE = "promotion-gone"  # promotion, name
    GROUP_FULL = "group-full"
    GROUP_OVER = "group-over"
    GROUP_OWN = "group-own"
    GROUP_WAITS = "group-waits"  # number
    # Coupons
    COUPON_COUNT = "coupon-count"  # maximum
    PROMOTION_UNKNOWN = "promotion-unknown"  # promotion
    # The order's life
    ORDER_UNKNOWN = "order-unknown"
    ORDER_NOT_ALLOWED = "order-not-allowed"  # number, state, event
    CHANGE_NOT_CHEAPER = "change-not-cheaper"  # off, delivery, currency
    ADDRESS_CHANGES_PRICE = "address-changes-price"  # number
    PAPER_TOO_EARLY = "paper-too-early"  # number, state
    PARCEL_TOO_FULL = "parcel-too-full"  # number, title, quantity, left
    PARCEL_UNKNOWN = "parcel-unknown"  # number, parcel
    # Payment
    PAYMENT_NOT_OPEN = "payment-not-open"  # number, state
    PAYMENT_REFUSED = "payment-refused"  # reason
    PAYMENT_UNREACHABLE = "payment-unreachable"
    PAYMENT_NOT_ALLOWED = "payment-not-allowed"  # reference, state, event
    NOTICE_FORGED = "notice-forged"  # reason
    BILL_MISSING = "bill-missing"  # gateway, day
    BILL_DAMAGED = "bill-damaged"  # gateway, day, reason
    # Refunds
    REFUND_UNKNOWN = "refund-unknown"  # number
    REFUND_NOT_ALLOWED = "refund-not-allowed"  # number, state, event
    REFUND_NOT_PAID = "refund-not-paid"  # number
    REFUND_NOTHING_LEFT = "refund-nothing-left"  # number
    REFUND_TOO_LARGE = "refund-too-large"  # number, left, currency
    REFUND_PIECES = "refund-pieces"  # number, position, left
    # Funds
    FUNDS_TOO_LOW = "funds-too-low"  # account, currency; or account, left, currency
    WITHDRAWAL_UNKNOWN = "withdrawal-unknown"  # number
    WITHDRAWAL_NOT_ALLOWED = "withdrawal-not-allowed"  # number, state, event
    FINDING_NOT_ALLOWED = "finding-not-allowed"  # finding
    # After-sale
    CASE_UNKNOWN = "case-unknown"  # number
    CASE_NOT_ALLOWED = "case-not-allowed"  # number, state, event
    CASE_KIND = "case-kind"  # number
    CASE_PIECES = "case-pieces"  # number, left
    CASE_EXCLUDED = "case-excluded"  # title, why
    CASE_AMOUNT = "case-amount"  # left, currency
    PICTURE_REFUSED = "picture-refused"  # limit
    # Stock
    STOCK_UNKNOWN = "stock-unknown"  # sku
    STOCK_TOO_LOW = "stock-too-low"  # sku, left
    # Live selling
    LIVE_ROOM_UNKNOWN = "live-room-unknown"  # room known
    LIVE_OPEN_ALREADY = "live-open-already"  # room
    LIVE_NOT_OPEN = "live-not-open"  # room
    LIVE_NETWORK_KEY = "live-network-key"  # name
    LIVE_NUMBER_UNKNOWN = "live-number-unknown"  # room, number
    LIVE_FLASH_PRICE = "live-flash-price"  # title, price, currency
    LIVE_FLASH_RUNNING = "live-flash-running"  # number
    LIVE_FLASH_STOCK = "live-flash-stock"  # title, left
    LIVE_ACCESS_UNKNOWN = "live-access-unknown"  # number
    LIVE_MESSAGE_UNKNOWN = "live-message-unknown"  # number
    # People of the console
    PERSON_KNOWN = "person-known"  # email
    PERSON_UNKNOWN = "person-unknown"
    OWNER_LAST = "owner-last"
    PASSWORD_SHORT = "password-short"  # noqa: S105  minimum
    PASSWORD_LONG = "password-long"  # noqa: S105  maximum
    PASSWORD_EASY = "password-easy"  # noqa: S105
    PASSWORD_WRONG = "password-wrong"  # noqa: S105
    CODE_WRONG = "code-wrong"
    FACTOR_UNREADABLE = "factor-unreadable"
    ENTRY_STALE = "entry-stale"
    LINK_OVER = "link-over"
    PASSKEY_REFUSED = "passkey-refused"
    PASSKEY_CLONED = "passkey-cloned"
    PASSKEY_KNOWN = "passkey-known"
    PASSKEY_UNKNOWN = "passkey-unknown"
    SESSION_UNKNOWN = "session-unknown"


_STATUS = {
    Code.PRODUCT_GONE: 409,
    Code.SOLD_OUT: 409,
    Code.PRICE_CHANGED: 409,
    Code.FORM_REUSED: 409,
    Code.PROMOTION_GONE: 409,
    Code.GROUP_FULL: 409,
    Code.GROUP_OVER: 409,
    Code.GROUP_OWN: 409,
    Code.GROUP_WAITS: 409,
    Code.PROMOTION_UNKNOWN: 404,
    Code.ORDER_UNKNOWN: 404,
    Code.ORDER_NOT_ALLOWED: 409,
    Code.PAPER_TOO_EARLY: 409,
    Code.PARCEL_TOO_FULL: 409,
    Code.PARCEL_UNKNOWN: 404,
    Code.PAYMENT_NOT_OPEN: 409,
    Code.PAYMENT_NOT_ALLOWED: 409,
    Code.PAYMENT_REFUSED: 502,
    Code.PAYMENT_UNREACHABLE: 502,
    Code.NOTICE_FORGED: 401,
    Code.BILL_MISSING: 404,
    Code.BILL_DAMAGED: 502,
    Code.REFUND_UNKNOWN: 404,
    Code.REFUND_NOT_ALLOWED: 409,
    Code.FUNDS_TOO_LOW: 409,
    Code.WITHDRAWAL_UNKNOWN: 404,
    Code.WITHDRAWAL_NOT_ALLOWED: 409,
    Code.FINDING_NOT_ALLOWED: 409,
    Code.CASE_UNKNOWN: 404,
    Code.CASE_NOT_ALLOWED: 409,
    Code.CASE_KIND: 409,
    Code.CASE_PIECES: 409,
    Code.STOCK_UNKNOWN: 404,
    Code.STOCK_TOO_LOW: 409,
    Code.LIVE_ROOM_UNKNOWN: 404,
    Code.LIVE_OPEN_ALREADY: 409,
    Code.LIVE_NOT_OPEN: 409,
    Code.LIVE_NETWORK_KEY: 409,
    Code.LIVE_NUMBER_UNKNOWN: 404,
    Code.LIVE_FLASH_RUNNING: 409,
    Code.LIVE_FLASH_STOCK: 409,
    Code.LIVE_ACCESS_UNKNOWN: 404,
    Code.LIVE_MESSAGE_UNKNOWN: 404,
    Code.PERSON_UNKNOWN: 404,
    Code.OWNER_LAST: 409,
    Code.FACTOR_UNREADABLE: 409,
    Code.ENTRY_STALE: 409,
    Code.LINK_OVER: 410,
    Code.PASSKEY_REFUSED: 403,
    Code.PASSKEY_CLONED: 403,
    Code.PASSKEY_KNOWN: 409,
    Code.PASSKEY_UNKNOWN: 404,
    Code.SESSION_UNKNOWN: 404,
}


class Refusal(Exception):  # noqa: N818  the word of the house
    """The domain says no, and nothing changed."""

    def __init__(self, code: Code, **values: Any) -> None:  # noqa: ANN401  whatever the sentence shows
        super().__init__(f"{code}: {values}" if values else str(code))
        self.code = code
        self.values = values

    @property
    def status(self) -> int:
        """Return the HTTP status of the answer: 422 unless the table says otherwise."""
        return _STATUS.get(self.code, 422)
