"""Visits, counted without cookies: nothing is kept on a visitor's device, and of a visitor nothing but a day's mark.

``channels.channel_of(referrer, query)`` tells by which channel somebody came. ``tally.Tally`` collects what was seen in
a process and writes sums now and then, so that no page waits for it; ``marks`` has the random key of a day, from which
a visitor's mark is made, and destroys both when the day is over. ``sources`` writes with an order where it came from.
"""
