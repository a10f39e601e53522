"""A built shop for all tests of the web, and a copy of it for every test that changes it."""

import markets
import pytest
import storefront


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    folder = storefront.write(tmp_path_factory.mktemp("web") / "shop")
    storefront.publish(folder)
    return folder


@pytest.fixture
def shop(built, tmp_path):
    return storefront.copy(built, tmp_path / "shop")


@pytest.fixture(autouse=True)
def _closed_again():
    before = len(storefront.OPEN)
    yield
    storefront.close(before)


@pytest.fixture
def app(shop):
    return storefront.application(shop)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def serve(shop):
    running = []

    def start(*options, **given):
        running.append(storefront.Served(shop, *options, **given))
        return running[-1].wait()

    yield start
    for each in running:
        each.stop()


@pytest.fixture(scope="session")
def chinese(tmp_path_factory):
    return markets.published(tmp_path_factory.mktemp("china") / "shop", markets.CHINA, markets.CHINESE_GOODS)


@pytest.fixture(scope="session")
def german(tmp_path_factory):
    return markets.published(tmp_path_factory.mktemp("germany") / "shop", markets.GERMANY, markets.GERMAN_GOODS)


@pytest.fixture
def open_shop(tmp_path):
    """Open copies of published shops, each with an application, a database and a bank of its own."""
    opened = []

    def start(published, **given):
        made = storefront.application(storefront.copy(published, tmp_path / f"shop-{len(opened)}"), **given)
        opened.append(made)
        return made

    return start


@pytest.fixture
def china(chinese, open_shop):
    return open_shop(chinese)


@pytest.fixture
def germany(german, open_shop):
    return open_shop(german)


@pytest.fixture
def wang(china):
    return markets.Shopper(china, markets.WANG)


@pytest.fixture
def eva(germany):
    return markets.Shopper(germany, markets.EVA)
