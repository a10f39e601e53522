"""Data: visits without cookies, what they led to, and what sold, by day, product, channel and live room; all as CSV."""

from runtime.web.areas.data import files, overview, tables
from runtime.web.areas.data.blueprint import blueprint

__all__ = ["blueprint", "files", "overview", "tables"]
