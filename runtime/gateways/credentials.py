"""Keys and secrets of a payment method: shop.yaml names them, the environment or a file below var/ holds them."""

import re
from collections.abc import Mapping
from typing import Any

from runtime.settings import SettingError, Settings

MAXIMUM = 64 * 1024
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")


def get(settings: Settings, given: Mapping[str, Any], name: str) -> str:
    """Return what the setting ``name`` of a payment method leads to.

    CAPITAL_LETTERS name an environment variable or a line of var/secrets.env; anything else is a file below var/, with
    or without the var/ in front.

    Raises SettingError when it is not there.
    """
    value = str(given.get(name) or "")
    if not value:
        raise SettingError(f"payment.{name}", "missing")
    if _NAME.fullmatch(value):
        found = settings.find_secret(value)
        if not found:
            raise SettingError(value, "unset", place=f"payment.{name}")
        return found
    path = (settings.var / value.removeprefix("var/")).resolve()
    if not path.is_relative_to(settings.var.resolve()):
        raise SettingError(f"payment.{name}", "outside", value=value)
    try:
        text = path.read_bytes()[: MAXIMUM + 1].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"payment.{name}", "file-unreadable", value=value) from error
    if not text.strip() or len(text) > MAXIMUM:
        raise SettingError(f"payment.{name}", "file-empty", value=value)
    return text


def find(settings: Settings, given: Mapping[str, Any], name: str) -> str | None:
    """Return the same, or None where the payment method does not have this setting; raises SettingError as well."""
    return get(settings, given, name) if given.get(name) else None
