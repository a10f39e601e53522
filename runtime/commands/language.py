"""Which language a command speaks."""

import os

_KNOWN = {"zh": "zh-CN", "de": "de"}


def language() -> str:
    """Return the locale of whoever typed the command: Chinese, German, else English."""
    given = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return _KNOWN.get(given[:2].lower(), "en")
