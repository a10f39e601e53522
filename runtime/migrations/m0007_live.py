"""Live selling: broadcasts, chat, pins, flash sales, numbers, reminders and who may enter the studio."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "live_broadcast" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "room" TEXT NOT NULL,
      "ordinal" INTEGER NOT NULL CHECK (ordinal > 0),
      "practice" INTEGER NOT NULL CHECK (practice IN (0, 1)),
      "through" TEXT NOT NULL CHECK (through IN ('own', 'cdn', 'embed')),
      "stream" TEXT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('armed', 'live', 'interrupted', 'ended')),
      "version" INTEGER NOT NULL,
      "key_hash" TEXT NOT NULL,
      "key_tail" TEXT NOT NULL,
      "key_generation" INTEGER NOT NULL,
      "armed_at" BIGINT NOT NULL,
      "started_at" BIGINT,
      "ended_at" BIGINT,
      "grace_until" BIGINT,
      "ended_why" TEXT NOT NULL,
      "recording" TEXT NOT NULL CHECK (recording IN ('none', 'whole', 'incomplete', 'removed')),
      "recording_bytes" BIGINT NOT NULL CHECK (recording_bytes >= 0),
      "duration_ms" BIGINT NOT NULL CHECK (duration_ms >= 0),
      "peak" INTEGER NOT NULL CHECK (peak >= 0),
      "likes" BIGINT NOT NULL CHECK (likes >= 0),
      "provider_ref" TEXT NOT NULL,
      "actor" TEXT NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "livebroadcast_key_hash" ON "live_broadcast" ("key_hash")',
    'CREATE UNIQUE INDEX "livebroadcast_room_ordinal_practice" ON "live_broadcast" ("room", "ordinal", "practice")',
    'CREATE UNIQUE INDEX "livebroadcast_room_stream" ON "live_broadcast" ("room", "stream")',
    """
    CREATE UNIQUE INDEX "live_broadcast_open" ON "live_broadcast" ("room", "practice") WHERE state <> 'ended'
    """,
    """
    CREATE TABLE "live_session" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "broadcast_id" BIGINT NOT NULL,
      "kind" TEXT NOT NULL CHECK (kind IN ('rtmp', 'frames', 'recorder', 'cdn')),
      "peer" TEXT NOT NULL,
      "agent" TEXT NOT NULL,
      "started_at" BIGINT NOT NULL,
      "ended_at" BIGINT,
      "why" TEXT NOT NULL,
      "bytes" BIGINT NOT NULL CHECK (bytes >= 0),
      "width" INTEGER NOT NULL,
      "height" INTEGER NOT NULL,
      "video" TEXT NOT NULL,
      "audio" TEXT NOT NULL,
      FOREIGN KEY ("broadcast_id") REFERENCES "live_broadcast" ("id")
    )
    """,
    'CREATE INDEX "livesession_broadcast_id" ON "live_session" ("broadcast_id")',
    """
    CREATE TABLE "live_pin" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "broadcast_id" BIGINT NOT NULL,
      "number" INTEGER NOT NULL CHECK (number > 0),
      "product" TEXT NOT NULL,
      "at_ms" BIGINT NOT NULL,
      "until_ms" BIGINT,
      "actor" TEXT NOT NULL,
      FOREIGN KEY ("broadcast_id") REFERENCES "live_broadcast" ("id")
    )
    """,
    'CREATE INDEX "livepin_broadcast_id" ON "live_pin" ("broadcast_id")',
    """
    CREATE TABLE "live_flash" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "broadcast_id" BIGINT NOT NULL,
      "number" INTEGER NOT NULL CHECK (number > 0),
      "sku" TEXT NOT NULL,
      "price" BIGINT NOT NULL CHECK (price >= 0),
      "quantity" BIGINT NOT NULL CHECK (quantity > 0),
      "per_buyer" INTEGER NOT NULL CHECK (per_buyer > 0),
      "starts_at" BIGINT NOT NULL,
      "ends_at" BIGINT NOT NULL CHECK (ends_at > starts_at),
      "stopped_at" BIGINT,
      "actor" TEXT NOT NULL,
      FOREIGN KEY ("broadcast_id") REFERENCES "live_broadcast" ("id")
    )
    """,
    'CREATE INDEX "liveflash_broadcast_id" ON "live_flash" ("broadcast_id")',
    'CREATE INDEX "liveflash_ends_at" ON "live_flash" ("ends_at")',
    """
    CREATE TABLE "live_message" (
      "room" TEXT NOT NULL,
      "seq" BIGINT NOT NULL,
      "viewer" TEXT NOT NULL,
      "contact" TEXT NOT NULL,
      "address" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "body" TEXT NOT NULL,
      "at_ms" BIGINT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('shown', 'held', 'removed')),
      "actor" TEXT NOT NULL,
      "host" INTEGER NOT NULL CHECK (host IN (0, 1)),
      "moderated_ms" BIGINT,
      PRIMARY KEY ("room", "seq")
    )
    """,
    'CREATE INDEX "livemessage_moderated_ms" ON "live_message" ("moderated_ms")',
    """
    CREATE TABLE "live_notice" (
      "room" TEXT NOT NULL PRIMARY KEY,
      "body" TEXT NOT NULL,
      "at_ms" BIGINT NOT NULL,
      "actor" TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE "live_ban" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "room" TEXT NOT NULL,
      "kind" TEXT NOT NULL CHECK (kind IN ('viewer', 'contact', 'address')),
      "value_hash" TEXT NOT NULL,
      "mute" INTEGER NOT NULL CHECK (mute IN (0, 1)),
      "until" BIGINT,
      "why" TEXT NOT NULL,
      "actor" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      "lifted_at" BIGINT
    )
    """,
    'CREATE INDEX "liveban_value_hash" ON "live_ban" ("value_hash")',
    """
    CREATE TABLE "live_minute" (
      "broadcast_id" BIGINT NOT NULL,
      "minute" BIGINT NOT NULL,
      "viewers" INTEGER NOT NULL CHECK (viewers >= 0),
      "seconds" BIGINT NOT NULL CHECK (seconds >= 0),
      "likes" BIGINT NOT NULL CHECK (likes >= 0),
      "messages" BIGINT NOT NULL CHECK (messages >= 0),
      PRIMARY KEY ("broadcast_id", "minute"),
      FOREIGN KEY ("broadcast_id") REFERENCES "live_broadcast" ("id")
    )
    """,
    """
    CREATE TABLE "live_interest" (
      "broadcast_id" BIGINT NOT NULL,
      "minute" BIGINT NOT NULL,
      "product" TEXT NOT NULL,
      "clicks" BIGINT NOT NULL CHECK (clicks >= 0),
      "carts" BIGINT NOT NULL CHECK (carts >= 0),
      PRIMARY KEY ("broadcast_id", "minute", "product"),
      FOREIGN KEY ("broadcast_id") REFERENCES "live_broadcast" ("id")
    )
    """,
    """
    CREATE TABLE "live_order" (
      "order_id" BIGINT NOT NULL PRIMARY KEY,
      "broadcast_id" BIGINT,
      "room" TEXT NOT NULL,
      "pin_id" BIGINT,
      "number" INTEGER NOT NULL CHECK (number >= 0),
      "at" BIGINT NOT NULL,
      FOREIGN KEY ("order_id") REFERENCES "orders" ("id"),
      FOREIGN KEY ("broadcast_id") REFERENCES "live_broadcast" ("id"),
      FOREIGN KEY ("pin_id") REFERENCES "live_pin" ("id")
    )
    """,
    'CREATE INDEX "liveorder_broadcast_id" ON "live_order" ("broadcast_id")',
    'CREATE INDEX "liveorder_room" ON "live_order" ("room")',
    'CREATE INDEX "liveorder_pin_id" ON "live_order" ("pin_id")',
    """
    CREATE TABLE "live_reminder" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "room" TEXT NOT NULL,
      "email" TEXT NOT NULL,
      "locale" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      "confirmed_at" BIGINT,
      "sent_at" BIGINT,
      "token_hash" TEXT NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "livereminder_token_hash" ON "live_reminder" ("token_hash")',
    'CREATE UNIQUE INDEX "livereminder_room_email" ON "live_reminder" ("room", "email")',
    """
    CREATE TABLE "live_access" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "name" TEXT NOT NULL,
      "role" TEXT NOT NULL CHECK (role IN ('host', 'assistant')),
      "room" TEXT NOT NULL,
      "key_hash" TEXT NOT NULL,
      "made_at" BIGINT NOT NULL,
      "expires_at" BIGINT NOT NULL,
      "revoked_at" BIGINT,
      "seen_at" BIGINT
    )
    """,
    'CREATE UNIQUE INDEX "liveaccess_key_hash" ON "live_access" ("key_hash")',
    """
    CREATE TABLE "live_callback" (
      "provider" TEXT NOT NULL,
      "event_key" TEXT NOT NULL,
      "at" BIGINT NOT NULL,
      PRIMARY KEY ("provider", "event_key")
    )
    """,
)

MIGRATION = Migration(number=7, name="live", statements=STATEMENTS)
