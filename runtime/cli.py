"""Every command of the shop."""

import click


@click.group()
def main() -> None:
    """Turn a folder of text into a shop, and run it."""
