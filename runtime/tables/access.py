"""The console's people: accounts, sessions, passkeys, one-time codes and links, and the log of what was changed.

``_hash`` columns never hold what they are made from; ``totp_key`` is sealed with a key derived from the shop's secret.
"""

from peewee import BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.table import Table, one_of

ROLES = ("owner", "manager", "staff", "live_assistant", "read_only")
LINK_KINDS = ("invite", "reset")
CHALLENGE_KINDS = ("register", "enter")


class ConsolePerson(Table):
    """An account; one that was removed keeps its name for the log, and its address is free again.

    ``handle`` names it to passkeys; '' is no password, no second factor.
    """

    id = BigAutoField()
    email = TextField(unique=True)
    name = TextField()
    role = TextField(constraints=[one_of("role", ROLES)])
    locale = TextField()
    handle = TextField(unique=True)
    password_hash = TextField()
    totp_key = TextField()
    totp_step = BigIntegerField()
    made_at = BigIntegerField()
    removed_at = BigIntegerField(null=True)

    class Meta:
        """Names."""

        table_name = "console_person"


class ConsoleSession(Table):
    """Somebody who is signed in at one device; ``proved_at`` is when they last showed who they are."""

    id = BigAutoField()
    person = ForeignKeyField(ConsolePerson)
    key_hash = TextField(unique=True)
    started_at = BigIntegerField()
    seen_at = BigIntegerField()
    proved_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)
    ended_why = TextField()
    how = TextField()
    address = TextField()
    agent = TextField()

    class Meta:
        """Names."""

        table_name = "console_session"


class ConsolePasskey(Table):
    """A passkey of a person, for one host name; ``counter`` is what its device counted last."""

    id = BigAutoField()
    person = ForeignKeyField(ConsolePerson)
    credential = TextField(unique=True)
    public_key = TextField()
    counter = BigIntegerField(constraints=[Check("counter >= 0")])
    host = TextField()
    name = TextField()
    synced = IntegerField(constraints=[Check("synced IN (0, 1)")])
    made_at = BigIntegerField()
    used_at = BigIntegerField(null=True)

    class Meta:
        """Names."""

        table_name = "console_passkey"


class ConsoleChallenge(Table):
    """A question that a passkey has to answer once, soon."""

    question_hash = TextField(primary_key=True)
    kind = TextField(constraints=[one_of("kind", CHALLENGE_KINDS)])
    person = ForeignKeyField(ConsolePerson, null=True)
    until = BigIntegerField(index=True)

    class Meta:
        """Names."""

        table_name = "console_challenge"


class ConsoleRecovery(Table):
    """A recovery code, good once."""

    person = ForeignKeyField(ConsolePerson, index=False)
    code_hash = TextField()
    used_at = BigIntegerField(null=True)

    class Meta:
        """Names and keys."""

        table_name = "console_recovery"
        primary_key = CompositeKey("person", "code_hash")


class ConsoleLink(Table):
    """A link by which somebody chooses a password, good once and for a while; its token is made from ``nonce``."""

    id = BigAutoField()
    person = ForeignKeyField(ConsolePerson)
    kind = TextField(constraints=[one_of("kind", LINK_KINDS)])
    nonce = TextField()
    token_hash = TextField(unique=True)
    made_at = BigIntegerField()
    expires_at = BigIntegerField()
    used_at = BigIntegerField(null=True)

    class Meta:
        """Names."""

        table_name = "console_link"


class ConsoleLog(Table):
    """Who changed what, when: rows of a chain, each sealed with the hash of the one before it."""

    number = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    actor = TextField(index=True)
    name = TextField()
    what = TextField(index=True)
    subject = TextField()
    before = TextField()
    after = TextField()
    address = TextField()
    seal = TextField()

    class Meta:
        """Names."""

        table_name = "console_log"
