"""A built shop for all tests of the web, and a copy of it for every test that changes it."""

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


@pytest.fixture
def app(shop):
    made = storefront.application(shop)
    yield made
    made.extensions["shopwright"].close()


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
