"""The values of a shop as templates see them: in one language, formatted, with ready addresses."""
