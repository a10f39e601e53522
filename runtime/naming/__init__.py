"""What files are called after the titles that people give."""
