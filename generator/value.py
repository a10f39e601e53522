"""What all values share: they are immutable structs, and texts hold one string for every locale."""

import msgspec

Text = dict[str, str]


class Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Base of all values: immutable, comparable, and written to JSON or msgpack by msgspec."""
