"""Publishing at an hour that was set: what is planned, and what came of it."""

from peewee import BigAutoField, BigIntegerField, TextField

from runtime.tables.table import Table, one_of

STATES = ("waiting", "running", "done", "refused", "cancelled")


class PlannedPublish(Table):
    """One hour at which the shop is to be published as its text stands then; ``told`` says why it was not."""

    id = BigAutoField()
    at = BigIntegerField()
    state = TextField(constraints=[one_of("state", STATES)], index=True)
    actor = TextField()
    name = TextField()
    locale = TextField()
    made_at = BigIntegerField()
    begun_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    release = TextField()
    told = TextField()

    class Meta:
        """Names."""

        table_name = "planned_publish"
