"""Figures of a span of days: visits, what they led to, and what was sold, by day, product, channel and room.

Everything is read from what was counted (``counted``) or sold (``sold``); where nothing was counted nothing is told.
``spans`` says which days, by the shop's own clock; ``reports`` puts them together, ``sheets`` writes them for a
spreadsheet.
"""
