"""How the shop answers over HTTP: static pages first, then the views of the till."""
