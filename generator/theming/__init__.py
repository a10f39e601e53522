"""A theme at work: its sidecars, templates, words, colours and assets."""
