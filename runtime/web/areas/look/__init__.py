"""The page editor: sections and blocks, the theme, the real page beside them, and everything on the way to the shop."""

from runtime.web.areas.look import frames, history, release, views
from runtime.web.areas.look.blueprint import blueprint

__all__ = ["blueprint", "frames", "history", "release", "views"]
