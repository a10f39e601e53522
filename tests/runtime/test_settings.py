"""Settings come from the environment and from var/secrets.env, and a wrong one is named without being shown."""

import logging

import pytest
from click.testing import CliRunner
from tills import make_terms

from generator.shop import PaymentMethod
from runtime import gateways, settings
from runtime.cli import main
from runtime.settings import Console, SettingError, Streaming
from runtime.wordings import settings as said

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "var" / "secrets.env"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return tmp_path

    return write


def test_lines_of_the_file_count_as_variables(lines):
    shop = lines(
        "# the mail server\n\nSHOPWRIGHT_SMTP=smtp://mail.example.com\nSHOPWRIGHT_SMTP_PASSWORD=\n"
        "SHOPWRIGHT_SMTP_USER='anna'\n  WECHATPAY_KEY=\"a=b # c\"  \r\n"
    )
    found = settings.read(shop, {"SHOPWRIGHT_SECRET": SECRET})
    assert (found.mail.host, found.mail.user, found.mail.password) == ("mail.example.com", "anna", "")
    assert found.find_secret("WECHATPAY_KEY") == "a=b # c"
    assert found.find_secret("OTHER") is None


def test_the_environment_wins_over_a_line(lines):
    shop = lines(f"SHOPWRIGHT_SECRET={'x' * 40}\nKEY=old\n")
    found = settings.read(shop, {"SHOPWRIGHT_SECRET": SECRET, "KEY": "new"})
    assert (found.secret, found.find_secret("KEY")) == (SECRET.encode(), "new")
    assert settings.read(shop, {}).secret == b"x" * 40


@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o644, 1)])
def test_a_file_that_others_can_read_is_warned_about(lines, caplog, mode, warnings):
    with caplog.at_level(logging.WARNING, "runtime.settings"):
        settings.read(lines("KEY=abracadabra\n", mode), {"SHOPWRIGHT_SECRET": SECRET})
    assert len(caplog.records) == warnings
    assert "abracadabra" not in caplog.text
    assert all("chmod 600" in each.getMessage() for each in caplog.records)


@pytest.mark.parametrize("text", ["abracadabra\n", "key=abracadabra\n", "9KEY=abracadabra\n", "KEY abracadabra\n"])
def test_a_line_that_is_none_is_named_by_its_number_alone(lines, text):
    with pytest.raises(SettingError) as raised:
        settings.read(lines(f"\n{text}"), {"SHOPWRIGHT_SECRET": SECRET})
    assert raised.value.name == "var/secrets.env:2"
    assert "abracadabra" not in str(raised.value)


def test_a_file_that_is_no_text_is_named(lines):
    with pytest.raises(SettingError, match=r"^var/secrets.env: cannot be read as UTF-8 text$"):
        settings.read(lines(b"KEY=\xff\xfe\n"), {"SHOPWRIGHT_SECRET": SECRET})


def test_secrets_are_in_no_representation(lines):
    found = settings.read(lines("KEY=abracadabra\nSHOPWRIGHT_SMTP=smtp://m\nSHOPWRIGHT_SMTP_PASSWORD=hokuspokus\n"), {})
    assert "abracadabra" not in repr(found)
    assert "hokuspokus" not in repr(found) + repr(found.mail)


def test_a_transfer_holds_stock_as_long_as_the_shop_says(tmp_path):
    found = settings.read(tmp_path, {"SHOPWRIGHT_SECRET": SECRET})
    for given, seconds in (({}, 259200), ({"hold": 7200}, 7200)):
        terms = make_terms(payment=(PaymentMethod(gateway="transfer", settings=given),))
        assert gateways.load(terms, found)["transfer"].hold_seconds == seconds


class Provider:
    """An entry point of a plugin that keeps the settings it gets."""

    def load(self):
        return dict


def test_a_plugin_gets_the_secret_that_its_payment_method_names(lines, monkeypatch):
    monkeypatch.setattr(gateways, "entry_points", lambda **asked: [Provider()] if asked["name"] == "wechat" else [])
    terms = make_terms(payment=(PaymentMethod(gateway="wechat", settings={"secret": "KEY", "x-shop": "1"}),))
    given = {"SHOPWRIGHT_SECRET": SECRET}
    assert gateways.load(terms, settings.read(lines("KEY=abracadabra\n"), given))["wechat"] == {
        "secret": "abracadabra", "x-shop": "1",
    }  # fmt: skip
    with pytest.raises(SettingError, match=r"^KEY: is not set, and payment.wechat names it$"):
        gateways.load(terms, settings.read(lines(""), given))


def test_the_daemon_of_live_rooms_listens_where_it_is_told(tmp_path):
    given = {
        "SHOPWRIGHT_SECRET": SECRET,
        "SHOPWRIGHT_LIVE_LISTEN": "[::1]:8101",
        "SHOPWRIGHT_RTMP_LISTEN": "0.0.0.0:1936",
        "SHOPWRIGHT_RTMP_CERTIFICATE": "/etc/live.pem",
        "SHOPWRIGHT_RTMP_CERTIFICATE_KEY": "/etc/live.key",
        "SHOPWRIGHT_LIVE_ADDRESS": "https://live.example.com/",
    }
    assert settings.read(tmp_path, given).streaming == Streaming(
        host="::1",
        port=8101,
        rtmp_host="0.0.0.0",
        rtmp_port=1936,
        certificate="/etc/live.pem",
        certificate_key="/etc/live.key",
        address="https://live.example.com",
    )
    plain = {"SHOPWRIGHT_SECRET": SECRET}
    assert settings.read(tmp_path, plain).streaming == Streaming()
    assert settings.read(tmp_path, plain | {"SHOPWRIGHT_RTMP_LISTEN": "off"}).streaming == Streaming(rtmp=False)
    assert settings.read(tmp_path, plain | {"SHOPWRIGHT_LIVE_ADDRESS": "/"}).streaming == Streaming(address="")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SHOPWRIGHT_LIVE_LISTEN", "8001"),
        ("SHOPWRIGHT_LIVE_LISTEN", "127.0.0.1:0"),
        ("SHOPWRIGHT_LIVE_LISTEN", "127.0.0.1:65536"),
        ("SHOPWRIGHT_RTMP_LISTEN", "rtmp://127.0.0.1:1935"),
        ("SHOPWRIGHT_RTMP_CERTIFICATE", "/etc/live.pem"),
        ("SHOPWRIGHT_LIVE_ADDRESS", "live.example.com"),
        ("SHOPWRIGHT_LIVE_ADDRESS", "https://live.example.com/live"),
    ],
)
def test_a_place_to_listen_that_cannot_be_meant_is_refused(tmp_path, name, text):
    with pytest.raises(SettingError) as raised:
        settings.read(tmp_path, {"SHOPWRIGHT_SECRET": SECRET, name: text})
    assert raised.value.name == name


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE", "mysql://x"), ("ENV", "prod"), ("SECRET", "short"), ("SMTP", "mail.example.com"), ("PROXY", "yes")],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path, name, value):
    with pytest.raises(SettingError) as caught:
        settings.read(tmp_path, {f"SHOPWRIGHT_{name}": value})
    assert caught.value.name == f"SHOPWRIGHT_{name}"


def test_how_long_somebody_stays_signed_in_to_the_console_is_set_in_hours_and_minutes(tmp_path):
    given = {"SHOPWRIGHT_SECRET": SECRET, "SHOPWRIGHT_CONSOLE_HOURS": "8", "SHOPWRIGHT_CONSOLE_IDLE_MINUTES": "15"}
    assert settings.read(tmp_path, given).console == Console(longest=8 * 3600, idle=15 * 60)
    assert settings.read(tmp_path, {"SHOPWRIGHT_SECRET": SECRET}).console == Console(longest=12 * 3600, idle=30 * 60)
    for name, text in (("HOURS", "0"), ("HOURS", "169"), ("HOURS", "-1"), ("IDLE_MINUTES", "1.5"), ("HOURS", "²")):
        with pytest.raises(SettingError) as raised:
            settings.read(tmp_path, {"SHOPWRIGHT_SECRET": SECRET, f"SHOPWRIGHT_CONSOLE_{name}": text})
        assert raised.value.name == f"SHOPWRIGHT_CONSOLE_{name}"


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first, second = settings.read(tmp_path, {}), settings.read(tmp_path, {})
    assert first.secret == second.secret
    assert len(first.secret) == 64
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600
    assert first.secret.decode() not in repr(first)


def test_what_is_wrong_with_a_setting_is_said_in_every_language():
    assert {frozenset(each) for each in said.SAID.values()} == {frozenset(said.SAID["en"])}
    error = SettingError("SHOPWRIGHT_LIVE_PORT", "whole", most=9)
    assert str(error) == "SHOPWRIGHT_LIVE_PORT: must be a whole number from 1 to 9"
    assert [error.why(locale) for locale in ("zh-CN", "de", "fr")] == [
        "必须是 1 到 9 之间的整数",
        "muss eine ganze Zahl von 1 bis 9 sein",
        "must be a whole number from 1 to 9",
    ]


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "只能是 production 或 rehearsal"), ("en", "must be production or rehearsal")]
)
def test_a_command_says_it_in_the_reader_s_language(tmp_path, monkeypatch, lang, told):
    monkeypatch.setenv("SHOPWRIGHT_ENV", "live")
    done = CliRunner().invoke(main, ["orders", "list", str(tmp_path), "--lang", lang])
    assert (done.exit_code, done.stderr) == (2, f"SHOPWRIGHT_ENV: {told}\n")


@pytest.mark.parametrize(
    ("shop", "host", "address"),
    [
        ("https://tea.example.com/", "office.example.com", "https://office.example.com"),
        ("http://127.0.0.1:8000", "office.localhost", "http://office.localhost:8000"),
        ("https://tea.example.com/", "", "https://tea.example.com"),
    ],
)
def test_the_console_has_the_shops_address_or_a_host_name_of_its_own(shop, host, address):
    assert Console(host=host).address(shop) == address


@pytest.mark.parametrize(
    "text", ["https://office.example.com", "office.example.com:8000", "office.example.com/console"]
)
def test_a_console_host_that_is_no_name_alone_is_refused(tmp_path, text):
    with pytest.raises(SettingError) as raised:
        settings.read(tmp_path, {"SHOPWRIGHT_SECRET": SECRET, "SHOPWRIGHT_CONSOLE_HOST": text})
    assert (raised.value.name, raised.value.rule) == ("SHOPWRIGHT_CONSOLE_HOST", "host-name")
