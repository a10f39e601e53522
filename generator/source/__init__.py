"""Reading the files of a shop: bytes, YAML and tables become plain data that knows where it stands."""
