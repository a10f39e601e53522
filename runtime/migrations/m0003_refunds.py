"""Refunds and after-sale cases, what they are about, and their histories."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "refund" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "number" TEXT NOT NULL,
      "order_id" BIGINT,
      "finding_id" BIGINT,
      "gateway" TEXT NOT NULL,
      "reference" TEXT NOT NULL,
      "receipt" TEXT NOT NULL,
      "charged" BIGINT NOT NULL,
      "charged_at" BIGINT,
      "amount" BIGINT NOT NULL CHECK (amount > 0),
      "currency" TEXT NOT NULL CHECK (length(currency) = 3),
      "goods" BIGINT NOT NULL CHECK (goods >= 0),
      "delivery" BIGINT NOT NULL CHECK (delivery >= 0),
      "tax" BIGINT NOT NULL CHECK (tax >= 0),
      "state" TEXT NOT NULL CHECK (state IN ('requested', 'sent', 'stuck', 'succeeded', 'failed')),
      "reason" TEXT NOT NULL,
      "outside" TEXT NOT NULL DEFAULT '',
      "tries" INTEGER NOT NULL CHECK (tries >= 0) DEFAULT 0,
      "ask_at" BIGINT,
      "created_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("finding_id") REFERENCES "finding" ("id")
    )
    """,
    'CREATE UNIQUE INDEX "refund_number" ON "refund" ("number")',
    'CREATE INDEX "refund_order_id" ON "refund" ("order_id")',
    'CREATE INDEX "refund_finding_id" ON "refund" ("finding_id")',
    'CREATE INDEX "refund_ask_at" ON "refund" ("ask_at")',
    """
    CREATE TABLE "refund_line" (
      "refund_id" BIGINT NOT NULL,
      "position" INTEGER NOT NULL,
      "quantity" INTEGER NOT NULL CHECK (quantity > 0),
      "amount" BIGINT NOT NULL CHECK (amount >= 0),
      "restocked" INTEGER NOT NULL CHECK (restocked BETWEEN 0 AND quantity),
      PRIMARY KEY ("refund_id", "position"),
      FOREIGN KEY ("refund_id") REFERENCES "refund" ("id")
    )
    """,
    """
    CREATE TABLE "refund_event" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "refund_id" BIGINT NOT NULL,
      "event" TEXT NOT NULL,
      "before" TEXT NOT NULL,
      "after" TEXT NOT NULL,
      "actor" TEXT NOT NULL,
      "note" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("refund_id") REFERENCES "refund" ("id")
    )
    """,
    'CREATE INDEX "refundevent_refund_id" ON "refund_event" ("refund_id")',
    """
    CREATE TABLE "aftersale" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "number" TEXT NOT NULL,
      "order_id" BIGINT NOT NULL,
      "kind" TEXT NOT NULL CHECK (kind IN ('refund', 'return', 'exchange', 'withdrawal')),
      "state" TEXT NOT NULL CHECK (state IN ('asked', 'declined', 'to_send_back', 'sent_back', 'to_replace', 'replaced',
        'refunded', 'done', 'closed', 'taken_back')),
      "reason" TEXT NOT NULL,
      "amount" BIGINT CHECK (amount > 0),
      "carrier" TEXT NOT NULL DEFAULT '',
      "tracking" TEXT NOT NULL DEFAULT '',
      "new_carrier" TEXT NOT NULL DEFAULT '',
      "new_tracking" TEXT NOT NULL DEFAULT '',
      "refund" TEXT NOT NULL DEFAULT '',
      "due_at" BIGINT,
      "opened_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE UNIQUE INDEX "aftersale_number" ON "aftersale" ("number")',
    'CREATE INDEX "aftersale_order_id" ON "aftersale" ("order_id")',
    'CREATE INDEX "aftersale_due_at" ON "aftersale" ("due_at")',
    """
    CREATE TABLE "aftersale_line" (
      "aftersale_id" BIGINT NOT NULL,
      "position" INTEGER NOT NULL,
      "quantity" INTEGER NOT NULL CHECK (quantity > 0),
      PRIMARY KEY ("aftersale_id", "position"),
      FOREIGN KEY ("aftersale_id") REFERENCES "aftersale" ("id")
    )
    """,
    """
    CREATE TABLE "aftersale_event" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "aftersale_id" BIGINT NOT NULL,
      "event" TEXT NOT NULL,
      "before" TEXT NOT NULL,
      "after" TEXT NOT NULL,
      "actor" TEXT NOT NULL,
      "text" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("aftersale_id") REFERENCES "aftersale" ("id")
    )
    """,
    'CREATE INDEX "aftersaleevent_aftersale_id" ON "aftersale_event" ("aftersale_id")',
    """
    CREATE TABLE "aftersale_picture" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "aftersale_id" BIGINT NOT NULL,
      "name" TEXT NOT NULL,
      FOREIGN KEY ("aftersale_id") REFERENCES "aftersale" ("id")
    )
    """,
    'CREATE INDEX "aftersalepicture_aftersale_id" ON "aftersale_picture" ("aftersale_id")',
    'CREATE UNIQUE INDEX "aftersalepicture_name" ON "aftersale_picture" ("name")',
)

MIGRATION = Migration(
    number=3,
    name="refunds",
    statements=STATEMENTS,
    append_only=("refund_line", "refund_event", "aftersale_line", "aftersale_event"),
)
