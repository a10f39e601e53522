"""Promotions at work: counts, coupons, referrals, members, and group-buys."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "promotion_count" (
      "promotion" TEXT NOT NULL PRIMARY KEY,
      "orders" BIGINT NOT NULL CHECK (orders >= 0),
      "pieces" BIGINT NOT NULL CHECK (pieces >= 0)
    )
    """,
    """
    CREATE TABLE "promotion_customer" (
      "promotion" TEXT NOT NULL,
      "customer" TEXT NOT NULL,
      "orders" BIGINT NOT NULL CHECK (orders >= 0),
      "pieces" BIGINT NOT NULL CHECK (pieces >= 0),
      PRIMARY KEY ("promotion", "customer")
    )
    """,
    """
    CREATE TABLE "coupon" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "promotion" TEXT NOT NULL,
      "batch" TEXT NOT NULL,
      "hash" TEXT NOT NULL,
      "tail" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('open', 'held', 'used', 'void')),
      "made_at" BIGINT NOT NULL,
      "expires_at" BIGINT,
      "order_id" BIGINT,
      "earned_by_id" BIGINT,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("earned_by_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE UNIQUE INDEX "coupon_hash" ON "coupon" ("hash")',
    'CREATE INDEX "coupon_order_id" ON "coupon" ("order_id")',
    'CREATE UNIQUE INDEX "coupon_earned_by_id" ON "coupon" ("earned_by_id")',
    'CREATE INDEX "coupon_promotion_batch" ON "coupon" ("promotion", "batch")',
    """
    CREATE TABLE "referral" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "promotion" TEXT NOT NULL,
      "code" TEXT NOT NULL,
      "customers" TEXT NOT NULL,
      "order_id" BIGINT NOT NULL,
      "made_at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
    'CREATE UNIQUE INDEX "referral_code" ON "referral" ("code")',
    'CREATE UNIQUE INDEX "referral_order_id" ON "referral" ("order_id")',
    """
    CREATE TABLE "promotion_use" (
      "order_id" BIGINT NOT NULL,
      "promotion" TEXT NOT NULL,
      "pieces" BIGINT NOT NULL CHECK (pieces >= 0),
      "customers" TEXT NOT NULL,
      "coupon_id" BIGINT,
      "referral_id" BIGINT,
      "state" TEXT NOT NULL CHECK (state IN ('held', 'used', 'released')),
      PRIMARY KEY ("order_id", "promotion"),
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("coupon_id") REFERENCES "coupon" ("id"),
      FOREIGN KEY ("referral_id") REFERENCES "referral" ("id")
    )
    """,
    'CREATE INDEX "promotionuse_coupon_id" ON "promotion_use" ("coupon_id")',
    'CREATE INDEX "promotionuse_referral_id" ON "promotion_use" ("referral_id")',
    """
    CREATE TABLE "member" (
      "customer" TEXT NOT NULL PRIMARY KEY,
      "contact" TEXT NOT NULL,
      "since" BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE "buying_group" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "token" TEXT NOT NULL,
      "promotion" TEXT NOT NULL,
      "product" TEXT NOT NULL,
      "size" INTEGER NOT NULL CHECK (size > 1),
      "taken" INTEGER NOT NULL CHECK (taken BETWEEN 0 AND size),
      "paid" INTEGER NOT NULL CHECK (paid BETWEEN 0 AND taken),
      "state" TEXT NOT NULL CHECK (state IN ('open', 'complete', 'failed')),
      "opened_at" BIGINT NOT NULL,
      "ends_at" BIGINT NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "buyinggroup_token" ON "buying_group" ("token")',
    'CREATE INDEX "buyinggroup_state_ends_at" ON "buying_group" ("state", "ends_at")',
    """
    CREATE TABLE "group_place" (
      "order_id" BIGINT NOT NULL PRIMARY KEY,
      "group_id" BIGINT NOT NULL,
      "customers" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('held', 'paid', 'left')),
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("group_id") REFERENCES "buying_group" ("id")
    )
    """,
    'CREATE INDEX "groupplace_group_id" ON "group_place" ("group_id")',
)

MIGRATION = Migration(number=5, name="promotions", statements=STATEMENTS)
