"""Networks in processes of their own let in what we sign, and we believe what they sign, whatever goes wrong (L14)."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import storefront
import yaml
from simulated import Simulated, until

from runtime import database as databases
from runtime.live import broadcasts, networks
from runtime.live.values import State, Through, Why
from runtime.releases import Live

ROOM = "title: {zh-CN: 直播, en: Live}\nstarts_at: 2026-12-01T20:00\nproducts: [longjing]\n"


class House:
    """A shop that is served, the network that its pictures go through, and its database."""

    def __init__(self, folder, network, served, database):
        self.network, self.served, self.database = network, served, database
        self.before = max((each["id"] for each in network.books()["notices"]), default=0)
        self.settings = storefront.settings(folder, **network.secrets)
        self.terms = Live(folder / "var").current().terms

    def arm(self):
        running = broadcasts.open_in(self.database, "evening")
        if running is not None:
            broadcasts.end(self.database, running.id, Why.HOST, datetime.now(UTC))
        made, _ = broadcasts.arm(self.database, "evening", through=Through.CDN, by="host", now=datetime.now(UTC))
        return made

    def push_address(self, broadcast, days=0):
        now = datetime.now(UTC) + timedelta(days=days)
        return networks.push(self.terms, self.settings, broadcast, now).address

    def push(self, broadcast):
        return self.network.do("push", address=self.push_address(broadcast))["session"]

    def refused(self, address):
        status, said = self.network.ask("POST", "do/push", {"address": address})
        assert status == 400
        return said["error"]

    def found(self, broadcast):
        return broadcasts.find(self.database, broadcast.id)

    def waits(self, broadcast, state):
        return until(lambda: self.found(broadcast).state is state and self.found(broadcast), 30)

    def answers(self, broadcast):
        """Return the notices of a broadcast when all were carried; streams of the other database were called alike."""
        name = f"evening-{broadcast.stream}"
        found = until(
            lambda: (
                (each := [one for one in self.network.notices(name) if one["id"] > self.before])
                and all(one["state"] == "delivered" for one in each)
                and each
            )
        )
        return sorted((each["topic"], each["answers"]) for each in found)


@pytest.fixture(scope="module", params=["tencent-live", "aliyun-live"])
def network(request, tmp_path_factory):
    port = storefront.free_port()
    address = f"http://127.0.0.1:{port}/live/hooks/{request.param.partition('-')[0]}"
    made = Simulated(tmp_path_factory.mktemp("network"), request.param, "--speed", "1000", "--notify", address)
    yield made, port
    made.stop()


@pytest.fixture(scope="module")
def through(network, tmp_path_factory):
    folder = storefront.write(tmp_path_factory.mktemp("through") / "shop")
    with (folder / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump(network[0].settings))
    (folder / "live/evening.yaml").write_text(ROOM + "source: {kind: broadcast, through: cdn}\n", "utf-8")
    storefront.publish(folder)
    return folder


@pytest.fixture(params=["sqlite", "postgres"])
def house(request, network, through, tmp_path):
    made, port = network
    folder = storefront.copy(through, tmp_path / "shop")
    more = {"SHOPWRIGHT_RTMP_LISTEN": "off"}
    if request.param == "postgres":
        more["SHOPWRIGHT_DATABASE"] = request.getfixturevalue("empty_database")
    served = storefront.Served(folder, port=port, **made.secrets, **more)
    database = databases.open(storefront.settings(folder, **more), upgrade=True)
    try:
        yield House(folder, made, served.wait(), database)
    finally:
        made.fair()
        database.close()
        served.stop()


def test_l14_a_network_lets_in_what_we_sign_and_is_believed(house):
    broadcast = house.arm()
    good = house.push_address(broadcast)
    assert house.refused(good[:-1] + ("0" if good[-1] != "0" else "1")).startswith("403")
    assert house.refused(good.replace("/evening-", "/morning-")).startswith("403")
    assert "over" in house.refused(house.push_address(broadcast, days=-3))

    session = house.push(broadcast)
    began = house.waits(broadcast, State.LIVE)
    playing = networks.play(house.terms, house.settings, began, datetime.now(UTC))
    for address in (playing.hls, playing.flv):
        assert ask(house.network, address) == 200
        assert ask(house.network, address.partition("?")[0]) == 403
    told = until(lambda: json.loads(house.served.get("/live/evening/room.json")[2]).get("stream"))
    assert told == {"flv": playing.flv, "hls": playing.hls}
    house.network.do("stop", session=session)
    house.waits(broadcast, State.INTERRUPTED)
    house.push(broadcast)
    house.waits(broadcast, State.LIVE)

    # Bad signatures, old times and other bodies are refused; the retry of each is the true one.
    for fault in ("signature", "unsigned", "timestamp", "body"):
        other = house.arm()
        house.network.plan("notice", fault)
        house.push(other)
        house.waits(other, State.LIVE)
        assert house.answers(other) == [("begin", [403, 200])]

    # Six of the same at once, and the end before its beginning.
    other = house.arm()
    six = {"on": "notice", "name": "duplicate", "values": {"times": 6}}
    assert house.network.ask("POST", "faults", six)[0] == 200
    house.push(other)
    assert house.waits(other, State.LIVE).version == 2
    assert house.answers(other) == [("begin", [200] * 6)]

    other = house.arm()
    house.network.plan("notice", "reorder")
    session = house.push(other)
    house.network.do("stop", session=session)
    house.waits(other, State.INTERRUPTED)
    assert house.answers(other) == [("begin", [200]), ("end", [200])]


def ask(network, address):
    """Ask the simulated network for an address that it would have in the world."""
    parts = urlsplit(address)
    try:
        with urllib.request.urlopen(f"{network.address}{parts.path}?{parts.query}", timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
