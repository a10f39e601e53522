"""Refunds, what they are for, and their history."""

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
)

MIGRATION = Migration(number=3, name="refunds", statements=STATEMENTS, append_only=("refund_line", "refund_event"))
