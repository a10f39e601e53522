"""People of the console: accounts, sessions, passkeys, codes, links, and the log of what they changed."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "console_person" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "email" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "role" TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'staff', 'live_assistant', 'read_only')),
      "locale" TEXT NOT NULL,
      "handle" TEXT NOT NULL,
      "password_hash" TEXT NOT NULL,
      "totp_key" TEXT NOT NULL,
      "totp_step" BIGINT NOT NULL,
      "made_at" BIGINT NOT NULL,
      "removed_at" BIGINT
    )
    """,
    'CREATE UNIQUE INDEX "consoleperson_email" ON "console_person" ("email")',
    'CREATE UNIQUE INDEX "consoleperson_handle" ON "console_person" ("handle")',
    """
    CREATE TABLE "console_session" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "person_id" BIGINT NOT NULL,
      "key_hash" TEXT NOT NULL,
      "started_at" BIGINT NOT NULL,
      "seen_at" BIGINT NOT NULL,
      "proved_at" BIGINT NOT NULL,
      "ended_at" BIGINT,
      "ended_why" TEXT NOT NULL,
      "how" TEXT NOT NULL,
      "address" TEXT NOT NULL,
      "agent" TEXT NOT NULL,
      FOREIGN KEY ("person_id") REFERENCES "console_person" ("id")
    )
    """,
    'CREATE INDEX "consolesession_person_id" ON "console_session" ("person_id")',
    'CREATE UNIQUE INDEX "consolesession_key_hash" ON "console_session" ("key_hash")',
    """
    CREATE TABLE "console_passkey" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "person_id" BIGINT NOT NULL,
      "credential" TEXT NOT NULL,
      "public_key" TEXT NOT NULL,
      "counter" BIGINT NOT NULL CHECK (counter >= 0),
      "host" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "synced" INTEGER NOT NULL CHECK (synced IN (0, 1)),
      "made_at" BIGINT NOT NULL,
      "used_at" BIGINT,
      FOREIGN KEY ("person_id") REFERENCES "console_person" ("id")
    )
    """,
    'CREATE INDEX "consolepasskey_person_id" ON "console_passkey" ("person_id")',
    'CREATE UNIQUE INDEX "consolepasskey_credential" ON "console_passkey" ("credential")',
    """
    CREATE TABLE "console_challenge" (
      "question_hash" TEXT NOT NULL PRIMARY KEY,
      "kind" TEXT NOT NULL CHECK (kind IN ('register', 'enter')),
      "person_id" BIGINT,
      "until" BIGINT NOT NULL,
      FOREIGN KEY ("person_id") REFERENCES "console_person" ("id")
    )
    """,
    'CREATE INDEX "consolechallenge_person_id" ON "console_challenge" ("person_id")',
    'CREATE INDEX "consolechallenge_until" ON "console_challenge" ("until")',
    """
    CREATE TABLE "console_recovery" (
      "person_id" BIGINT NOT NULL,
      "code_hash" TEXT NOT NULL,
      "used_at" BIGINT,
      PRIMARY KEY ("person_id", "code_hash"),
      FOREIGN KEY ("person_id") REFERENCES "console_person" ("id")
    )
    """,
    """
    CREATE TABLE "console_link" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "person_id" BIGINT NOT NULL,
      "kind" TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
      "nonce" TEXT NOT NULL,
      "token_hash" TEXT NOT NULL,
      "made_at" BIGINT NOT NULL,
      "expires_at" BIGINT NOT NULL,
      "used_at" BIGINT,
      FOREIGN KEY ("person_id") REFERENCES "console_person" ("id")
    )
    """,
    'CREATE INDEX "consolelink_person_id" ON "console_link" ("person_id")',
    'CREATE UNIQUE INDEX "consolelink_token_hash" ON "console_link" ("token_hash")',
    """
    CREATE TABLE "console_log" (
      "number" BIGINT NOT NULL PRIMARY KEY,
      "at" BIGINT NOT NULL,
      "actor" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "what" TEXT NOT NULL,
      "subject" TEXT NOT NULL,
      "before" TEXT NOT NULL,
      "after" TEXT NOT NULL,
      "address" TEXT NOT NULL,
      "seal" TEXT NOT NULL
    )
    """,
    'CREATE INDEX "consolelog_actor" ON "console_log" ("actor")',
    'CREATE INDEX "consolelog_what" ON "console_log" ("what")',
)

MIGRATION = Migration(number=8, name="access", statements=STATEMENTS, append_only=("console_log",))
