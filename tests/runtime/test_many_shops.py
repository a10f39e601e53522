"""A folder of shops: whose names, settings and place in a process are whose."""

import socket
import threading

import pytest

from generator import shops
from runtime import agency
from runtime.agency import board, names, resolving, surroundings
from runtime.agency.board import Board, Following, Shop, Wishes
from runtime.agency.pool import Pool
from runtime.settings import SettingError

LOCAL = ("localhost", "127.0.0.1", "[::1]")


def write(folder, name="shop.yaml", text="format: 1\n"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def test_shops_are_the_folders_right_below_that_hold_a_shop(tmp_path):
    for each in ("b", "a", "var", ".hidden", "deep/er"):
        write(tmp_path / each)
    write(tmp_path / "notes", "readme.txt")
    (tmp_path / "again").symlink_to(tmp_path / "b")
    assert [path.name for path in shops.find(tmp_path)] == ["a", "again"]
    assert shops.is_many(tmp_path)
    write(tmp_path)
    assert not shops.is_many(tmp_path)


def test_an_empty_folder_is_none_of_shops_unless_it_was_one_before(tmp_path):
    assert not shops.is_many(tmp_path)
    assert not agency.is_begun(tmp_path)
    board.place(tmp_path).mkdir(parents=True)
    assert agency.is_begun(tmp_path)


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("tea", "tea"),
        ("My Shop", "my-shop"),
        ("tea_two", "tea-two"),
        ("茶铺", "xn--cl1av77a"),
        ("..", ""),
        ("a" * 64, ""),
    ],
)
def test_a_folder_is_called_in_a_host_name_as_browsers_write_it(folder, label):
    assert names.label(folder) == label


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://tea.example.com/x", "tea.example.com"), ("https://TEA.Example.com:8443", "tea.example.com"),
        ("https://茶.example", "xn--cl1a.example"), ("", ""), ("tea.example.com", ""), ("https://[::1", ""),
        ("https://a b.example", ""),
    ],
)  # fmt: skip
def test_the_host_of_an_address_is_a_name_or_nothing(address, host):
    assert names.host_of(address) == host


def test_r120_a_name_belongs_to_one_shop_and_to_whom_it_belonged_before():
    wanted = {"a": ("a.localhost", "tea.example"), "b": ("b.localhost", "tea.example", "a.localhost")}
    settled, held = names.settle(wanted, {}, LOCAL)
    assert settled.hosts == {"a": ("a.localhost", "tea.example"), "b": ("b.localhost",)}
    assert settled.taken == {"a": (), "b": ("tea.example", "a.localhost")}
    later, _ = names.settle(wanted, {**held, "tea.example": "b"}, LOCAL)
    assert (later.hosts["a"], later.hosts["b"]) == (("a.localhost",), ("b.localhost", "tea.example"))


def test_r120_a_shop_that_asks_for_the_name_of_the_server_or_of_a_shop_to_come_gets_neither():
    settled, held = names.settle({"b": ("b.localhost", "localhost", "c.localhost", "list.example")}, {},
                                 (*LOCAL, "list.example"))  # fmt: skip
    assert settled.hosts == {"b": ("b.localhost",)}
    assert held == {"b.localhost": "b"}


def test_r120_a_name_that_nobody_asks_for_any_more_is_kept_for_its_shop_and_free_when_that_is_gone():
    held = {"old.example": "a"}
    _, kept = names.settle({"a": ("a.localhost",), "b": ("b.localhost",)}, held, LOCAL)
    assert kept["old.example"] == "a"
    settled, _ = names.settle({"b": ("b.localhost", "old.example")}, held, LOCAL)
    assert settled.hosts["b"] == ("b.localhost", "old.example")


def secrets(folder, text):
    (folder / "var").mkdir(parents=True, exist_ok=True)
    (folder / "var/secrets.env").write_text(text)
    (folder / "var/secrets.env").chmod(0o600)
    return folder


def test_r120_a_shop_reads_its_own_secrets_and_nobody_elses(tmp_path):
    shop = secrets(tmp_path / "a", "STRIPE_KEY=of-a\n")
    other = secrets(tmp_path / "b", "PAYPAL_SECRET=of-b\n")
    around = {"STRIPE_KEY": "of the server", "HOME": "/root", "SHOPWRIGHT_SMTP": "smtp://mail.example:587"}
    a = surroundings.of_shop(shop, ("a.localhost",), "http://a.localhost:8000", around)
    b = surroundings.of_shop(other, ("b.localhost",), "", around)
    assert (a.find_secret("STRIPE_KEY"), b.find_secret("STRIPE_KEY")) == ("of-a", None)
    assert (a.find_secret("PAYPAL_SECRET"), b.find_secret("PAYPAL_SECRET")) == (None, "of-b")
    assert a.find_secret("HOME") is None
    assert a.secret != b.secret
    assert (a.hosts, a.address, a.mail.host) == (("a.localhost",), "http://a.localhost:8000", "mail.example")
    assert (a.database, b.database) == tuple(f"sqlite:///{each.resolve()}/var/shop.db" for each in (shop, other))


def test_r120_a_shop_with_a_mail_server_of_its_own_never_shows_it_the_servers_password(tmp_path):
    shop = secrets(tmp_path / "a", "SHOPWRIGHT_SMTP=smtp://own.example:25\n")
    around = {"SHOPWRIGHT_SMTP": "smtp://mail.example:587", "SHOPWRIGHT_SMTP_PASSWORD": "of the server"}
    found = surroundings.of_shop(shop, (), "", around)
    assert (found.mail.host, found.mail.password) == ("own.example", "")


def test_r120_the_environment_of_a_server_keeps_what_shops_share_and_nothing_else():
    environ = {"PATH": "/bin", "LC_ALL": "C", "PYTHONPATH": "x", "SHOPWRIGHT_ENV": "production", "AWS_SECRET": "s",
               "SHOPWRIGHT_HOSTS": "list.example", "STRIPE_KEY": "k", "SHOPWRIGHT_METRICS_TOKEN": "t"}  # fmt: skip
    surroundings.scrub(environ)
    assert sorted(environ) == ["LC_ALL", "PATH", "PYTHONPATH", "SHOPWRIGHT_ENV", "SHOPWRIGHT_METRICS_TOKEN"]
    assert surroundings.find_misplaced({"SHOPWRIGHT_DATABASE": "postgresql://x"}) == "SHOPWRIGHT_DATABASE"
    assert surroundings.find_misplaced({"SHOPWRIGHT_ENV": "production"}) is None


def test_a_shop_whose_settings_cannot_be_meant_says_so(tmp_path):
    with pytest.raises(SettingError):
        surroundings.hosts_given(secrets(tmp_path / "a", "nonsense\n"))


class Room:
    """Something that is open until it is closed."""

    def __init__(self, name, closed):
        self.name, self._closed = name, closed

    def close(self):
        self._closed.append(self.name)


def pool(limit):
    closed = []
    return Pool(limit, lambda shop: Room(f"{shop.name}{shop.mark}", closed)), closed


def shop(name, mark=""):
    return Shop(name=name, folder=f"/shops/{name}", title={}, mark=mark)


def test_the_shop_that_was_asked_for_least_lately_is_closed_when_there_are_too_many():
    kept, closed = pool(2)
    for name in ("a", "b", "a", "c"):
        with kept.take(shop(name)) as room:
            assert room.name == name
    assert closed == ["b"]
    kept.close()
    assert sorted(closed) == ["a", "b", "c"]


def test_a_shop_at_work_is_closed_when_its_work_is_done():
    kept, closed = pool(1)
    lease = kept.take(shop("a"))
    kept.take(shop("b")).close()
    assert closed == ["b"]
    lease.close()
    lease.close()
    assert closed == ["b"]
    kept.take(shop("c")).close()
    assert closed == ["b", "a"]


def test_a_shop_whose_settings_changed_is_opened_anew_and_the_old_one_closed():
    kept, closed = pool(4)
    before = kept.take(shop("a", "1"))
    after = kept.take(shop("a", "2"))
    assert (before.found.name, after.found.name, closed) == ("a1", "a2", [])
    before.close()
    assert closed == ["a1"]


def test_a_shop_that_cannot_be_opened_is_tried_again_and_keeps_no_other_waiting():
    entered, go_on = threading.Event(), threading.Event()

    def make(found):
        if found.name == "bad":
            raise OSError("no disk")
        if found.name == "slow":
            entered.set()
            go_on.wait(20)
        return Room(found.name, [])

    kept = Pool(2, make)
    for _ in range(2):
        with pytest.raises(OSError, match="no disk"):
            kept.take(shop("bad"))
    waiting = threading.Thread(target=lambda: kept.take(shop("slow")).close())
    waiting.start()
    assert entered.wait(20)
    assert kept.take(shop("quick")).found.name == "quick"
    go_on.set()
    waiting.join(20)
    assert [room.name for room in kept.open_ones()] == ["slow", "quick"]


def test_a_server_follows_the_board(tmp_path):
    board.place(tmp_path).mkdir(parents=True)
    following = Following(tmp_path)
    assert following.find("a.localhost") is None
    found = Shop(name="a", folder="/a", title={"en": "Tea"}, hosts=("a.localhost", "tea.example"), release="1")
    board.write(tmp_path, Board(shops=(found,), steward=1))
    again = Following(tmp_path)
    assert again.find("tea.example") == found
    assert again.find("b.localhost") is None
    assert [each.state for each in again.board.shops] == ["serving"]


def test_wishes_outlive_whoever_is_to_fulfil_them(tmp_path):
    Wishes(tmp_path).stop("a")
    Wishes(tmp_path).publish("a")
    later = Wishes(tmp_path)
    assert (later.is_stopped("a"), later.is_stopped("b")) == (True, False)
    assert (later.take_publish("a"), later.take_publish("a")) == (True, False)
    later.open("a")
    assert not later.is_stopped("a")


def test_the_list_answers_to_the_names_that_are_given_else_to_the_machines_and_always_to_itself(tmp_path, monkeypatch):
    for name in ("SHOPWRIGHT_HOSTS", "SHOPWRIGHT_CONSOLE_HOST", "SHOPWRIGHT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    own = ("127.0.0.1", "[::1]", "localhost")
    assert surroundings.office(tmp_path).hosts == own
    assert surroundings.office(tmp_path, ("192.0.2.7",)).hosts == ("127.0.0.1", "192.0.2.7", "[::1]", "localhost")
    monkeypatch.setenv("SHOPWRIGHT_HOSTS", "list.example")
    assert surroundings.office(tmp_path, ("192.0.2.7",)).hosts == tuple(sorted((*own, "list.example")))


@pytest.mark.parametrize("name", ["tea.localhost", "TEA.localhost.", "127.0.0.1"])
def test_a_server_finds_the_shops_of_its_machine_by_their_names(name, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    resolving.install()
    found = socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)
    assert {each[4][0] for each in found} == {"127.0.0.1"}


def test_whoever_leaves_while_another_enters_waits_for_nobody():
    kept, _ = pool(1)
    lease = kept.take(shop("a"))
    with kept._guard:
        lease.close()
    kept.take(shop("b")).close()
    assert [room.name for room in kept.open_ones()] == ["b"]
