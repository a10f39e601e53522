"""Balances beside the ledger, withdrawals, disputes, bills of gateways, and which orders are to be settled."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "balance" (
      "account" TEXT NOT NULL,
      "currency" TEXT NOT NULL,
      "amount" BIGINT NOT NULL,
      PRIMARY KEY ("account", "currency")
    )
    """,
    """
    CREATE TABLE "withdrawal" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "gateway" TEXT NOT NULL,
      "number" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('requested', 'sent', 'paid', 'failed', 'bounced')),
      "amount" BIGINT NOT NULL CHECK (amount > 0),
      "fee" BIGINT NOT NULL CHECK (fee >= 0) DEFAULT 0,
      "currency" TEXT NOT NULL CHECK (length(currency) = 3),
      "created_at" BIGINT NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "withdrawal_gateway_number" ON "withdrawal" ("gateway", "number")',
    """
    CREATE TABLE "withdrawal_event" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "withdrawal_id" BIGINT NOT NULL,
      "event" TEXT NOT NULL,
      "before" TEXT NOT NULL,
      "after" TEXT NOT NULL,
      "actor" TEXT NOT NULL,
      "note" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("withdrawal_id") REFERENCES "withdrawal" ("id")
    )
    """,
    'CREATE INDEX "withdrawalevent_withdrawal_id" ON "withdrawal_event" ("withdrawal_id")',
    """
    CREATE TABLE "dispute" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "gateway" TEXT NOT NULL,
      "number" TEXT NOT NULL,
      "reference" TEXT NOT NULL,
      "order_id" BIGINT,
      "state" TEXT NOT NULL CHECK (state IN ('opened', 'won', 'lost')),
      "amount" BIGINT NOT NULL CHECK (amount > 0),
      "currency" TEXT NOT NULL CHECK (length(currency) = 3),
      "opened_at" BIGINT NOT NULL,
      "closed_at" BIGINT,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "dispute_order_id" ON "dispute" ("order_id")',
    'CREATE UNIQUE INDEX "dispute_gateway_number" ON "dispute" ("gateway", "number")',
    """
    CREATE TABLE "bill" (
      "gateway" TEXT NOT NULL,
      "day" TEXT NOT NULL,
      "row_count" INTEGER NOT NULL CHECK (row_count >= 0),
      "read_at" BIGINT NOT NULL,
      PRIMARY KEY ("gateway", "day")
    )
    """,
    """
    CREATE TABLE "bill_row" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "gateway" TEXT NOT NULL,
      "day" TEXT NOT NULL,
      "kind" TEXT NOT NULL CHECK (kind IN ('payment', 'refund', 'payout', 'dispute', 'fee', 'other')),
      "reference" TEXT NOT NULL,
      "receipt" TEXT NOT NULL,
      "occurrence" INTEGER NOT NULL,
      "amount" BIGINT NOT NULL,
      "fee" BIGINT NOT NULL,
      "currency" TEXT NOT NULL,
      "text" TEXT NOT NULL,
      "at" BIGINT,
      "outcome" TEXT NOT NULL CHECK (outcome IN ('matched', 'attached', 'set_aside', 'amount_differs',
        'duplicated', 'posted', 'noted'))
    )
    """,
    """
    CREATE UNIQUE INDEX "billrow_gateway_day_kind_receipt_reference_occurrence" ON "bill_row"
      ("gateway", "day", "kind", "receipt", "reference", "occurrence")
    """,
    'CREATE INDEX "billrow_gateway_receipt_kind" ON "bill_row" ("gateway", "receipt", "kind")',
    """
    CREATE INDEX "order_unsettled" ON "orders" ("state")
      WHERE (settled_at IS NULL AND state IN ('completed', 'returned', 'refunded'))
    """,
    """
    INSERT INTO balance (account, currency, amount)
      SELECT account, currency, SUM(amount) FROM (SELECT debit AS account, currency, amount FROM transfer
      UNION ALL SELECT credit, currency, -amount FROM transfer) AS side GROUP BY account, currency
    """,
)

MIGRATION = Migration(number=4, name="funds", statements=STATEMENTS, append_only=("withdrawal_event", "bill_row"))
