"""The living part of a shop: till, orders, stock, payments and the pages that answer a shopper."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from runtime.settings import Settings


def create_app(folder: Path, settings: "Settings | None" = None) -> "Flask":
    """Make the WSGI application of the shop in a folder, with settings from the environment unless they are given."""
    from runtime import settings as environment
    from runtime.web import application

    return application.make(settings or environment.read(folder))
