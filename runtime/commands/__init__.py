"""The runtime's own commands, one module a group; cli.py imports them when they are called."""
