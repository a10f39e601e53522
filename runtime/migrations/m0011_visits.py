"""Visits counted without cookies: sums, the key and marks of the day, and the channel of each order."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "visit_key" (
      "id" INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
      "day" TEXT NOT NULL,
      "key" TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE "visit_mark" (
      "mark" TEXT NOT NULL,
      "what" TEXT NOT NULL,
      "channel" TEXT NOT NULL,
      PRIMARY KEY ("mark", "what")
    )
    """,
    """
    CREATE TABLE "visit_count" (
      "day" TEXT NOT NULL,
      "hour" INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
      "kind" TEXT NOT NULL,
      "subject" TEXT NOT NULL,
      "channel" TEXT NOT NULL,
      "times" BIGINT NOT NULL CHECK (times >= 0),
      "visitors" BIGINT NOT NULL CHECK (visitors >= 0),
      PRIMARY KEY ("day", "hour", "kind", "subject", "channel")
    )
    """,
    """
    CREATE TABLE "visit_words" (
      "day" TEXT NOT NULL,
      "words" TEXT NOT NULL,
      "times" BIGINT NOT NULL CHECK (times >= 0),
      PRIMARY KEY ("day", "words")
    )
    """,
    """
    CREATE TABLE "order_channel" (
      "order_id" BIGINT NOT NULL PRIMARY KEY,
      "channel" TEXT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
    )
    """,
)

MIGRATION = Migration(number=11, name="visits", statements=STATEMENTS)
