"""Publishing at an hour that was set."""

from runtime.migrations.migration import Migration

STATEMENTS = (
    """
    CREATE TABLE "planned_publish" (
      "id" BIGSERIAL NOT NULL PRIMARY KEY,
      "at" BIGINT NOT NULL,
      "state" TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'refused', 'cancelled')),
      "actor" TEXT NOT NULL,
      "name" TEXT NOT NULL,
      "locale" TEXT NOT NULL,
      "made_at" BIGINT NOT NULL,
      "begun_at" BIGINT,
      "ended_at" BIGINT,
      "release" TEXT NOT NULL,
      "told" TEXT NOT NULL
    )
    """,
    'CREATE INDEX "plannedpublish_state" ON "planned_publish" ("state")',
)

MIGRATION = Migration(number=10, name="planned-publish", statements=STATEMENTS)
