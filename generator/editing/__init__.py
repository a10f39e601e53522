"""Changing the text files of a shop in place: every byte that is not part of a change stays as it was."""
