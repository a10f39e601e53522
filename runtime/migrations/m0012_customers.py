"""Customers with notes and consent; what histories say may be emptied for somebody who asks to be forgotten.

The ledger is found by its moments, for the months of statements.
"""

from runtime.migrations.migration import Erasable, Migration

STATEMENTS = (
    """
    CREATE TABLE "customer" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "name" TEXT NOT NULL,
      "email" TEXT NOT NULL,
      "phone" TEXT NOT NULL,
      "digits" TEXT NOT NULL,
      "since" BIGINT NOT NULL,
      "last_at" BIGINT NOT NULL,
      "erase_asked_at" BIGINT,
      "erased_at" BIGINT
    )
    """,
    'CREATE INDEX "customer_last_at" ON "customer" ("last_at")',
    """
    CREATE TABLE "customer_key" (
      "key" TEXT NOT NULL PRIMARY KEY,
      "customer_id" BIGINT NOT NULL,
      FOREIGN KEY ("customer_id") REFERENCES "customer" ("id")
    )
    """,
    'CREATE INDEX "customerkey_customer_id" ON "customer_key" ("customer_id")',
    """
    CREATE TABLE "customer_order" (
      "order_id" BIGINT NOT NULL PRIMARY KEY,
      "customer_id" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("customer_id") REFERENCES "customer" ("id")
    )
    """,
    'CREATE INDEX "customerorder_customer_id" ON "customer_order" ("customer_id")',
    """
    CREATE TABLE "customer_note" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "customer_id" BIGINT NOT NULL,
      "actor" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "text" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("customer_id") REFERENCES "customer" ("id")
    )
    """,
    'CREATE INDEX "customernote_customer_id" ON "customer_note" ("customer_id")',
    """
    CREATE TABLE "customer_consent" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "customer_id" BIGINT NOT NULL,
      "purpose" TEXT NOT NULL CHECK (purpose IN ('email', 'phone')),
      "given" INTEGER NOT NULL CHECK (given IN (0, 1)),
      "way" TEXT NOT NULL CHECK (way IN ('person', 'phone', 'email', 'paper', 'chat', 'erasure')),
      "actor" TEXT NOT NULL,
      "name" TEXT NOT NULL DEFAULT '',
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("customer_id") REFERENCES "customer" ("id")
    )
    """,
    'CREATE INDEX "customerconsent_customer_id" ON "customer_consent" ("customer_id")',
    'CREATE INDEX "transfer_at" ON "transfer" ("at")',
)

MIGRATION = Migration(
    number=12,
    name="customers",
    statements=STATEMENTS,
    append_only=("customer_consent",),
    erasable=(
        Erasable(
            table="order_event", column="note", others=("id", "order_id", "event", "before", "after", "actor", "at")
        ),
        Erasable(
            table="aftersale_event",
            column="text",
            others=("id", "aftersale_id", "event", "before", "after", "actor", "at"),
        ),
    ),
)
