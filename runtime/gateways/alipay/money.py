"""Alipay's amounts are yuan with at most two decimals, written in text; ours are whole fen. No float comes near."""

import re

CURRENCY = "CNY"
_YUAN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")


def yuan(fen: int) -> str:
    """Return an amount as Alipay writes it."""
    return f"{fen // 100}.{fen % 100:02d}"


def fen(text: object) -> int | None:
    """Return Alipay's amount in fen, or None for what is no amount."""
    parts = _YUAN.fullmatch(str(text).strip()) if isinstance(text, str) else None
    if parts is None:
        return None
    amount = int(parts[2]) * 100 + int((parts[3] or "0").ljust(2, "0"))
    return -amount if parts[1] else amount
