"""Papers: invoices and corrections with numbers that have no gap."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "paper" (
      "number" TEXT NOT NULL PRIMARY KEY,
      "kind" TEXT NOT NULL CHECK (kind IN ('invoice', 'correction')),
      "order_id" BIGINT NOT NULL,
      "reference" TEXT NOT NULL,
      "amount" BIGINT NOT NULL,
      "issued_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE UNIQUE INDEX "paper_order_id_kind_reference" ON "paper" ("order_id", "kind", "reference")',
)

MIGRATION = Migration(number=6, name="papers", statements=STATEMENTS, append_only=("paper",))
