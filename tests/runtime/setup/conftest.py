"""A folder without a shop, and its wizard."""

import pytest
from wizard import Wizard


@pytest.fixture
def wizard(tmp_path):
    return Wizard(tmp_path / "shop")
