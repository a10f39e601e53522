"""Live selling: rooms, broadcasts, chat and what is sold while the picture runs."""
