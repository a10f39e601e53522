"""Notes that the merchant's people write at orders."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "order_note" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "order_id" BIGINT NOT NULL,
      "actor" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "text" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "ordernote_order_id" ON "order_note" ("order_id")',
)

MIGRATION = Migration(number=9, name="order-notes", statements=STATEMENTS)
