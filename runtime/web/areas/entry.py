"""Signing in and out of the merchant's console.

``get_person(permission)`` begins every view of the console, ``get_writer(permission)`` every one that changes a thing.
"""

from runtime.web.persons import Person, find_person, get_person, get_writer

__all__ = ["Person", "find_person", "get_person", "get_writer"]
