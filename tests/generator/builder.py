"""A process that builds a shop, after it did what it was told first. Started by tests."""

import sys

from generator.cli import main

first, folder, *options = sys.argv[1:]
exec(first, {})
main(["build", folder, "--lang", "en", *options])
