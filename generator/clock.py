"""The one place of the generator that asks what time it is."""

from datetime import UTC, datetime


def now() -> str:
    """Return the current instant as ISO 8601 text in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
