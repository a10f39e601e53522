"""Every table of the shop's database, in one place.

Money is minor units, instants are whole seconds since 1970 in UTC, structured snapshots are JSON text. Ledgers
(stock_move, transfer, order_event, payment_event, console_log) and order_line are append-only: triggers of the
migrations forbid UPDATE and DELETE. The models describe the schema; hot paths say their SQL themselves.
"""

from runtime.tables.access import (
    ConsoleChallenge,
    ConsoleLink,
    ConsoleLog,
    ConsolePasskey,
    ConsolePerson,
    ConsoleRecovery,
    ConsoleSession,
)
from runtime.tables.aftersale import Aftersale, AftersaleEvent, AftersaleLine, AftersalePicture
from runtime.tables.customers import Customer, CustomerConsent, CustomerKey, CustomerNote, CustomerOrder
from runtime.tables.funds import Balance, Bill, BillRow, Dispute, Withdrawal, WithdrawalEvent
from runtime.tables.goods import Stock, StockHold, StockMove
from runtime.tables.live import (
    LiveAccess,
    LiveBan,
    LiveBroadcast,
    LiveCallback,
    LiveFlash,
    LiveInterest,
    LiveMessage,
    LiveMinute,
    LiveNotice,
    LiveOrder,
    LivePin,
    LiveReminder,
    LiveSession,
)
from runtime.tables.money import Finding, Payment, PaymentEvent, Transfer
from runtime.tables.papers import Paper
from runtime.tables.parcels import Parcel, ParcelLine
from runtime.tables.planned import PlannedPublish
from runtime.tables.promotions import (
    BuyingGroup,
    Coupon,
    GroupPlace,
    Member,
    PromotionCount,
    PromotionCustomer,
    PromotionUse,
    Referral,
)
from runtime.tables.refunds import Refund, RefundEvent, RefundLine
from runtime.tables.sales import Order, OrderEvent, OrderLine, OrderNote
from runtime.tables.service import Lease, Meta, Notice
from runtime.tables.sharing import ShareClick, ShareLink, ShareOrder
from runtime.tables.table import Table
from runtime.tables.visits import OrderChannel, VisitCount, VisitKey, VisitMark, VisitWords

ALL: tuple[type[Table], ...] = (
    Meta,
    Order,
    OrderLine,
    OrderEvent,
    OrderNote,
    Parcel,
    ParcelLine,
    Paper,
    Stock,
    StockMove,
    StockHold,
    Payment,
    PaymentEvent,
    Transfer,
    Balance,
    Withdrawal,
    WithdrawalEvent,
    Dispute,
    Bill,
    BillRow,
    Finding,
    Refund,
    RefundLine,
    RefundEvent,
    Aftersale,
    AftersaleLine,
    AftersaleEvent,
    AftersalePicture,
    PromotionCount,
    PromotionCustomer,
    Coupon,
    Referral,
    PromotionUse,
    Member,
    Customer,
    CustomerKey,
    CustomerOrder,
    CustomerNote,
    CustomerConsent,
    BuyingGroup,
    GroupPlace,
    LiveBroadcast,
    LiveSession,
    LivePin,
    LiveFlash,
    LiveMessage,
    LiveNotice,
    LiveBan,
    LiveMinute,
    LiveInterest,
    LiveOrder,
    LiveReminder,
    LiveAccess,
    LiveCallback,
    ConsolePerson,
    ConsoleSession,
    ConsolePasskey,
    ConsoleChallenge,
    ConsoleRecovery,
    ConsoleLink,
    ConsoleLog,
    ShareLink,
    ShareClick,
    ShareOrder,
    VisitKey,
    VisitMark,
    VisitCount,
    VisitWords,
    OrderChannel,
    PlannedPublish,
    Notice,
    Lease,
)
APPEND_ONLY = (
    "order_line", "order_event", "parcel_line", "paper", "stock_move", "payment_event", "transfer", "refund_line",
    "refund_event", "aftersale_line", "aftersale_event", "withdrawal_event", "bill_row",
    "console_log", "customer_consent",
)  # fmt: skip
