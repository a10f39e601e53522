"""Views of the merchant's console, one module an area."""
