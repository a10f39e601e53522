"""What looks like a secret is found in every kind of file and never repeated; what does not is left alone."""

import msgspec
import pytest

from generator.check import check
from generator.problems import Mark
from generator.source import concealment, redaction

SECRETS = [
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "rk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "whsec_4eC39HqLyjWDarjtT1zdp7dc",
    "AKIAIOSFODNN7EXAMPLE",
    "LTAI5tEXAMPLE5tEXAMPLE",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "xoxb-123456789012-abcdefghijkl",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "-----BEGIN RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_c36_a_secret_is_found_at_its_place_and_taken_out(secret):
    text = f"name: Tea\nkey: {secret}\n"
    (found,) = concealment.find(text, "shop.yaml")
    assert (found.code, found.mark) == ("secret-in-file", Mark(2, 6, 6 + len(secret)))
    assert redaction.redact(text) == "name: Tea\nkey: •••\n"


def test_c36_a_value_where_a_name_belongs_is_a_secret():
    (found,) = concealment.find('payment: [{gateway: a, secret: "a8f5f167f44f4964e6c998de"}]', "shop.yaml")
    assert found.mark == Mark(1, 33, 57)
    assert concealment.find("secret: STRIPE_SECRET_KEY_2\n", "shop.yaml") == []


@pytest.mark.parametrize(
    "text",
    ["The secret: patience and water at 80 degrees", "sku: AKIA-1", "xoxo from the hill", "eyJ.", "sk_live", "7f" * 16,
     "https://example.com/products/2026/SpringHarvest/LongjingFromTheHill/first-flush-250g.html"],
)  # fmt: skip
def test_words_that_only_look_a_little_like_it_are_left_alone(text):
    assert concealment.find(text, "pages/about.md") == []
    assert redaction.redact(text) == text


def test_the_body_of_a_key_is_no_excerpt():
    assert redaction.redact("  MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7") == "•••"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("shop.yaml", "x-key: {}\n"),
        ("products/longjing.yaml", "x-key: {}\n"),
        ("products/longjing.yaml", "price: {}\n"),
        ("products/longjing.yaml", "status: {}\n"),
        ("shelves/teas.yaml", "products: [{}]\n"),
        ("pages/about.md", "---\ntitle: About\n---\n\nOur key is {}.\n"),
        ("live/harvest.yaml", "host: {}\n"),
        ("products.csv", "handle,title,price,sku\ntea,Tea,5,{}\n"),
    ],
)
def test_c36_a_secret_in_any_file_is_refused_and_in_no_problem(shop, spoil, file, text):
    secret = SECRETS[0]
    found = spoil({file: text.format(secret).encode() if file.endswith((".md", ".csv")) else text.format(secret)})
    assert [(each.file, each.code) for each in found if each.code == "secret-in-file"] == [(file, "secret-in-file")]
    said = check(shop, cache=True).problems
    assert all(secret not in msgspec.json.encode(each).decode() for each in said)
