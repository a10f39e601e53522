"""Live selling: rooms, broadcasts, chat and what is sold while the picture runs.

``broadcasts`` begin and end, ``desk`` holds the rooms of one process in memory, ``chat``, ``pins`` and ``flash`` are
what hosts and assistants do. Reminders by mail stand in ``runtime.reminders``, what an order came from in
``runtime.attribution``: both belong to lower floors.
"""
