"""Text becomes a shop, a shop becomes a release; no web and no orders live here."""
