"""How a shop sells live, as frozen values: what a room may do, how it is carried, what is kept.

Durations are seconds, sizes are bytes, heights are pixels.
"""

from generator.value import Value

DAY = 86400
GRACE = (5, 600)
"""The shortest and the longest time that a broadcast waits for a connection that broke off."""

HEIGHTS = (240, 360, 480, 540, 720)
"""What renditions may be as high as; the picture that is sent is always the largest."""


class LiveCdn(Value, frozen=True, kw_only=True):
    """A network that carries pictures; ``push_key``, ``play_key`` and ``callback_key`` are names of secrets.

    ``push`` and ``play`` are domains, or whole addresses with words in braces for a ``custom`` provider; ``stream`` is
    how names of streams start, ``sign`` the text that a custom signature is made of.
    """

    provider: str
    push: str = ""
    play: str = ""
    app: str = "live"
    stream: str = ""
    push_key: str = ""
    play_key: str = ""
    callback_key: str = ""
    expires: int = DAY
    sign: str = "{key}{stream}{expires_hex}"


class LiveTerms(Value, frozen=True, kw_only=True):
    """What holds for all live rooms of a shop; ``chat`` is only the default, a room's own counts.

    ``keep_recordings`` 0 is for ever, ``viewers_from`` 0 always shows how many watch, ``renditions`` are heights.
    """

    chat: str = "off"
    slow_seconds: int = 3
    hold_first: bool = True
    blocked_words: tuple[str, ...] = ()
    keep_recordings: int = 365 * DAY
    storage_bytes: int = 50_000_000_000
    latency: str = "low"
    grace_seconds: int = 60
    takeover: str = "newest"
    longest_seconds: int = 8 * 3600
    most_kbps: int = 4000
    viewers_from: int = 10
    poll_seconds: int = 2
    push: bool = False
    renditions: tuple[int, ...] = ()
    cdn: LiveCdn | None = None
