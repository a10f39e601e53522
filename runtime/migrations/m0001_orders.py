"""Orders, stock, payments, the money ledger, the outbox and leases."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "meta" (
      "key" TEXT NOT NULL PRIMARY KEY,
      "value" TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE "orders" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "number" TEXT NOT NULL,
      "token" TEXT NOT NULL,
      "form_key" TEXT NOT NULL,
      "fingerprint" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('pending_payment', 'closing', 'cancelled', 'confirmed', 'paid',
        'partly_shipped', 'shipped', 'received', 'completed', 'returned', 'refunded')),
      "gateway" TEXT NOT NULL,
      "release" TEXT NOT NULL,
      "locale" TEXT NOT NULL,
      "currency" TEXT NOT NULL CHECK (length(currency) = 3),
      "email" TEXT NOT NULL,
      "phone" TEXT NOT NULL,
      "contact" TEXT NOT NULL,
      "address" TEXT NOT NULL,
      "delivery" TEXT NOT NULL,
      "quote" TEXT NOT NULL,
      "total" BIGINT NOT NULL CHECK (total >= 0),
      "paid" BIGINT NOT NULL CHECK (paid >= 0) DEFAULT 0,
      "refunded" BIGINT NOT NULL CHECK (refunded >= 0) DEFAULT 0,
      "disputed" BIGINT NOT NULL CHECK (disputed >= 0) DEFAULT 0,
      "remarks" TEXT NOT NULL,
      "invoice" TEXT,
      "consents" TEXT NOT NULL,
      "room" TEXT NOT NULL DEFAULT '',
      "revision" INTEGER NOT NULL CHECK (revision >= 0) DEFAULT 0,
      "placed_at" BIGINT NOT NULL,
      "expires_at" BIGINT,
      "settled_at" BIGINT
    )
    """,
    'CREATE UNIQUE INDEX "order_number" ON "orders" ("number")',
    'CREATE UNIQUE INDEX "order_token" ON "orders" ("token")',
    'CREATE UNIQUE INDEX "order_form_key" ON "orders" ("form_key")',
    'CREATE INDEX "order_email" ON "orders" ("email")',
    'CREATE INDEX "order_phone" ON "orders" ("phone")',
    'CREATE INDEX "order_state_expires_at" ON "orders" ("state", "expires_at")',
    """
    CREATE TABLE "order_line" (
      "order_id" BIGINT NOT NULL,
      "revision" INTEGER NOT NULL CHECK (revision >= 0) DEFAULT 0,
      "position" INTEGER NOT NULL,
      "sku" TEXT NOT NULL,
      "product" TEXT NOT NULL,
      "title" TEXT NOT NULL,
      "label" TEXT NOT NULL,
      "picture" TEXT NOT NULL,
      "quantity" INTEGER NOT NULL CHECK (quantity > 0),
      "unit_price" BIGINT NOT NULL CHECK (unit_price >= 0),
      "discount" BIGINT NOT NULL CHECK (discount >= 0),
      "amount" BIGINT NOT NULL CHECK (amount >= 0),
      "tax_rate" TEXT NOT NULL,
      "tax" BIGINT NOT NULL CHECK (tax >= 0),
      "total" BIGINT NOT NULL CHECK (total >= 0),
      PRIMARY KEY ("order_id", "revision", "position"),
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    """
    CREATE TABLE "order_event" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "order_id" BIGINT NOT NULL,
      "event" TEXT NOT NULL,
      "before" TEXT NOT NULL,
      "after" TEXT NOT NULL,
      "actor" TEXT NOT NULL,
      "note" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "orderevent_order_id" ON "order_event" ("order_id")',
    """
    CREATE TABLE "stock" (
      "sku" TEXT NOT NULL PRIMARY KEY,
      "level" BIGINT NOT NULL CHECK (level >= 0)
    )
    """,
    """
    CREATE TABLE "stock_move" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "sku" TEXT NOT NULL,
      "quantity" BIGINT NOT NULL,
      "held" BIGINT NOT NULL,
      "reason" TEXT NOT NULL CHECK (reason IN ('opening', 'reserve', 'release', 'sell', 'return', 'adjust')),
      "order_id" BIGINT,
      "actor" TEXT NOT NULL,
      "note" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "stockmove_sku" ON "stock_move" ("sku")',
    'CREATE INDEX "stockmove_order_id" ON "stock_move" ("order_id")',
    """
    CREATE TABLE "stock_hold" (
      "order_id" BIGINT NOT NULL,
      "sku" TEXT NOT NULL,
      "quantity" BIGINT NOT NULL CHECK (quantity > 0),
      "state" TEXT NOT NULL CHECK (state IN ('held', 'sold', 'released', 'returned')),
      "returned" BIGINT NOT NULL CHECK (returned BETWEEN 0 AND quantity) DEFAULT 0,
      PRIMARY KEY ("order_id", "sku"),
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "stockhold_sku" ON "stock_hold" ("sku")',
    """
    CREATE TABLE "payment" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "order_id" BIGINT NOT NULL,
      "gateway" TEXT NOT NULL,
      "reference" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('created', 'open', 'unknown', 'succeeded', 'closed', 'failed')),
      "amount" BIGINT NOT NULL CHECK (amount > 0),
      "currency" TEXT NOT NULL,
      "started" TEXT,
      "receipt" TEXT NOT NULL,
      "queries" INTEGER NOT NULL CHECK (queries >= 0),
      "query_at" BIGINT,
      "created_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "payment_order_id" ON "payment" ("order_id")',
    'CREATE INDEX "payment_query_at" ON "payment" ("query_at")',
    'CREATE UNIQUE INDEX "payment_gateway_reference" ON "payment" ("gateway", "reference")',
    """
    CREATE TABLE "payment_event" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "payment_id" BIGINT NOT NULL,
      "event" TEXT NOT NULL,
      "before" TEXT NOT NULL,
      "after" TEXT NOT NULL,
      "note" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("payment_id") REFERENCES "payment" ("id")
    )
    """,
    'CREATE INDEX "paymentevent_payment_id" ON "payment_event" ("payment_id")',
    """
    CREATE TABLE "transfer" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "event" TEXT NOT NULL,
      "reference" TEXT NOT NULL,
      "debit" TEXT NOT NULL,
      "credit" TEXT NOT NULL CHECK (credit <> debit),
      "amount" BIGINT NOT NULL CHECK (amount > 0),
      "currency" TEXT NOT NULL CHECK (length(currency) = 3),
      "order_id" BIGINT,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "transfer_order_id" ON "transfer" ("order_id")',
    """
    CREATE UNIQUE INDEX "transfer_event_reference_debit_credit" ON "transfer" ("event", "reference", "debit", "credit")
    """,
    """
    CREATE TABLE "finding" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "kind" TEXT NOT NULL,
      "gateway" TEXT NOT NULL,
      "reference" TEXT NOT NULL,
      "receipt" TEXT NOT NULL,
      "amount" BIGINT NOT NULL,
      "currency" TEXT NOT NULL,
      "order_id" BIGINT,
      "at" BIGINT NOT NULL,
      "settled_at" BIGINT,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "finding_order_id" ON "finding" ("order_id")',
    'CREATE UNIQUE INDEX "finding_gateway_receipt_kind" ON "finding" ("gateway", "receipt", "kind")',
    """
    CREATE TABLE "notice" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "topic" TEXT NOT NULL,
      "reference" TEXT NOT NULL,
      "order_id" BIGINT,
      "recipient" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
      "tries" INTEGER NOT NULL CHECK (tries >= 0),
      "due_at" BIGINT NOT NULL,
      "error" TEXT NOT NULL,
      "created_at" BIGINT NOT NULL,
      "sent_at" BIGINT,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "notice_order_id" ON "notice" ("order_id")',
    'CREATE UNIQUE INDEX "notice_topic_reference_recipient" ON "notice" ("topic", "reference", "recipient")',
    'CREATE INDEX "notice_state_due_at" ON "notice" ("state", "due_at")',
    """
    CREATE TABLE "lease" (
      "name" TEXT NOT NULL PRIMARY KEY,
      "owner" TEXT NOT NULL,
      "until" BIGINT NOT NULL
    )
    """,
)

MIGRATION = Migration(
    number=1,
    name="orders",
    statements=STATEMENTS,
    append_only=("order_line", "order_event", "stock_move", "payment_event", "transfer"),
)
