"""Parcels: an order may leave in several."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "parcel" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "order_id" BIGINT NOT NULL,
      "carrier" TEXT NOT NULL,
      "tracking" TEXT NOT NULL,
      "shipped_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE INDEX "parcel_order_id" ON "parcel" ("order_id")',
    """
    CREATE TABLE "parcel_line" (
      "parcel_id" BIGINT NOT NULL,
      "position" INTEGER NOT NULL,
      "quantity" INTEGER NOT NULL CHECK (quantity > 0),
      PRIMARY KEY ("parcel_id", "position"),
      FOREIGN KEY ("parcel_id") REFERENCES "parcel" ("id")
    )
    """,
)

MIGRATION = Migration(number=2, name="parcels", statements=STATEMENTS, append_only=("parcel_line",))
