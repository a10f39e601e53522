"""Share links, their clicks by day, and the orders that came of them."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "share_link" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "code" TEXT NOT NULL,
      "kind" TEXT NOT NULL CHECK (kind IN ('shop', 'product', 'shelf', 'page', 'room', 'promotion')),
      "target" TEXT NOT NULL,
      "locale" TEXT NOT NULL,
      "channel" TEXT NOT NULL,
      "label" TEXT NOT NULL,
      "made_by" TEXT NOT NULL,
      "made_at" BIGINT NOT NULL,
      "off_at" BIGINT
    )
    """,
    'CREATE UNIQUE INDEX "sharelink_code" ON "share_link" ("code")',
    'CREATE INDEX "sharelink_kind_target" ON "share_link" ("kind", "target")',
    """
    CREATE TABLE "share_click" (
      "link_id" BIGINT NOT NULL,
      "day" TEXT NOT NULL,
      "clicks" BIGINT NOT NULL CHECK (clicks >= 0),
      PRIMARY KEY ("link_id", "day"),
      FOREIGN KEY ("link_id") REFERENCES "share_link" ("id")
    )
    """,
    """
    CREATE TABLE "share_order" (
      "order_id" BIGINT NOT NULL PRIMARY KEY,
      "link_id" BIGINT NOT NULL,
      "followed_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("link_id") REFERENCES "share_link" ("id")
    )
    """,
    'CREATE INDEX "shareorder_link_id" ON "share_order" ("link_id")',
)

MIGRATION = Migration(number=13, name="share-links", statements=STATEMENTS)
