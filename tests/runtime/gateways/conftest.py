"""Simulated providers for the tests of their clients: one process for each file of tests."""

import pytest
from simulated import Simulated


@pytest.fixture(scope="module")
def wechat(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("wechatpay"), "wechatpay", "--speed", "50")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def ali(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("alipay"), "alipay", "--speed", "50")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def pal(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("paypal"), "paypal", "--speed", "10000")
    (made.folder / "merchant").mkdir()
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def fair_weather(request):
    yield
    for name in {"wechat", "ali", "pal"} & set(request.fixturenames):
        request.getfixturevalue(name).fair()
