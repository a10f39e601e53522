"""A small good shop for every test, and one call that spoils it and checks it."""

import pytest
import small_shop

from generator.check import check


@pytest.fixture
def shop(tmp_path):
    """The folder of a small good shop."""
    return small_shop.copy(tmp_path / "shop")


@pytest.fixture
def spoil(shop):
    """Write files into the small shop (text replaces keys, bytes the whole file), check it, and give its problems."""

    def run(given=None, **more):
        for name, content in {**(given or {}), **more}.items():
            if isinstance(content, bytes):
                (shop / name).parent.mkdir(parents=True, exist_ok=True)
                (shop / name).write_bytes(content)
            else:
                small_shop.spoil(shop, {name: content}, name)
        return check(shop, cache=False).problems

    return run


def brief(problems):
    """Give what a test compares: file, line, code."""
    return [(each.file, each.mark.line if each.mark else 0, each.code) for each in problems]
