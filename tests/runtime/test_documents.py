"""Papers: numbered once and without a gap, and written so that a person and a tax office can read them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pypdfium2
import pytest
import zxingcpp
from tills import NOW, counts, make_terms, make_till, order, rows

from generator.shop import Seller, SellerType, Tax, TaxRate
from runtime import documents, orders, payments
from runtime.documents import drawing, fonts, labels
from runtime.documents.fonts import FontFault
from runtime.documents.issuing import PaperKind
from runtime.orders import Address, Dispatch, Invoice
from runtime.payments import Cash
from runtime.pricing import Destination
from runtime.refusals import Code, Refusal

ZONE = "Asia/Shanghai"
GERMAN = make_terms(
    name={"zh-CN": "茶", "en": "Töpferei Ufer"}, country="DE", legal="DE", currency="EUR",
    seller=Seller(
        type=SellerType.SOLE_TRADER, legal_name="Töpferei Ufer, Inh. Anna Ufer", address="Am Ufer 1, 50667 Köln",
        vat_number="DE123456789", email="anna@example.de",
    ),
    tax=Tax(prices_include_tax=True, rates=(TaxRate(country="CN", rate="0.19"),)),
)  # fmt: skip


def paid(till, lines=(("tea", 2),), **changes):
    found = order(till, lines, gateway="transfer", **changes)
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    return orders.find_by_token(till.database, found.token)


def pages_of(pdf):
    """Return the words of each page, without white space."""
    return ["".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(pdf)]


def words_of(pdf):
    return "".join(pages_of(pdf))


def test_an_order_gets_its_number_once_and_numbers_have_no_gap(till):
    first, second = paid(till), paid(till)
    numbers = [documents.issue(till.database, each.number, ZONE, NOW).number for each in (first, second, first)]
    year = NOW.astimezone().year
    assert numbers == [f"{year}-000001", f"{year}-000002", f"{year}-000001"]
    assert rows(till, "SELECT COUNT(*) FROM paper") == [(2,)]


def test_eight_at_once_make_one_row_of_numbers(till):
    sold = [paid(till, [("few", 1)]).number for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: documents.issue(till.database, number, ZONE, NOW).number, sold))
    assert sorted(int(number[5:]) for number in made) == list(range(1, 9))


def test_the_year_of_a_number_is_the_shops(till):
    sold = paid(till)
    eve = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert documents.issue(till.database, sold.number, ZONE, eve).number == "2027-000001"


def test_what_is_not_sold_has_no_invoice(till):
    found = order(till)
    before = counts(till)
    with pytest.raises(Refusal) as caught:
        documents.issue(till.database, found.number, ZONE, NOW)
    assert (caught.value.code, counts(till)) == (Code.PAPER_TOO_EARLY, before)


def test_a_correction_is_issued_once_for_a_refund_and_counts_on(till):
    sold = paid(till)
    documents.issue(till.database, sold.number, ZONE, NOW)

    def correct(transaction):
        return documents.correct(transaction, sold, "R1", 500, ZONE, NOW)

    made = [till.database.write(correct) for _ in range(2)]
    assert [(each.kind, each.amount, each.number[5:]) for each in made] == [(PaperKind.CORRECTION, 500, "000002")] * 2


def test_an_invoice_shows_what_the_law_asks_for(database, settings):
    till = make_till(database, settings, terms=GERMAN)
    sold = paid(till, [("tea", 2), ("cup", 1)], delivery="courier", locale="en")
    orders.ship(database, sold.number, Dispatch(carrier="dhl", tracking="1"), actor="merchant", now=NOW)
    sold = orders.find_by_token(database, sold.token)
    paper = documents.issue(database, sold.number, "Europe/Berlin", NOW)
    text = words_of(drawing.draw(paper, sold, GERMAN))
    for wanted in (
        f"Invoice{paper.number}", "Date:", "Delivered:", "TöpfereiUfer,Inh.AnnaUfer", "AmUfer1,50667Köln",
        "VATDE123456789", "LiLei" if sold.address.name else "1WestLake", "tea", "cup", "19%", "€20.00", "€25.50",
        "Net", "Tax19%", "Taxondelivery", "Total", "Paidinfull.",
    ):  # fmt: skip
        assert wanted in text, wanted
    net = sold.total - sold.quote.tax
    assert f"Net€{net / 100:.2f}" in text


def test_a_chinese_receipt_has_every_letter_and_says_that_it_is_no_fapiao(database, settings):
    terms = make_terms(legal="CN")
    till = make_till(database, settings, terms=terms)
    there = Address(
        destination=Destination(country="CN", region="浙江省", city="杭州市"), name="王𠮷", street="文三路 1 号"
    )
    wish = Invoice(title="杭州某某有限公司", tax_number="91330100MA2AXXXX0X")
    sold = paid(till, locale="zh-CN", address=there, delivery="courier", invoice=wish)
    text = words_of(drawing.draw(documents.issue(database, sold.number, ZONE, NOW), sold, terms))
    for wanted in ("购物收据", "茶铺", "王𠮷", "文三路1号", "¥20.00", "抬头：杭州某某有限公司", "不是发票", "合计"):
        assert wanted in text, wanted
    assert "□" not in text


def test_a_slip_shows_what_is_in_the_parcel_and_no_price(till):
    sold = paid(till, [("tea", 3), ("cup", 1)], delivery="courier", locale="zh-CN", remarks="请轻放")
    first = Dispatch(carrier="sf", tracking="SF1", quantities={0: 2})
    orders.ship(till.database, sold.number, first, actor="merchant", now=NOW)
    sold = orders.find_by_token(till.database, sold.token)
    parcel = words_of(drawing.draw_slip(sold, till.terms, 1))
    assert ("2teatea" in parcel, "cup" in parcel, "顺丰速运SF1" in parcel) == (True, False, True)
    rest = words_of(drawing.draw_slip(sold, till.terms))
    assert ("1teatea" in rest, "1cupcup" in rest, "请轻放" in rest, "¥" in rest) == (True, True, True, False)


def test_two_hundred_lines_go_on_over_pages_with_the_heads_again(till):
    sold = paid(till)
    many = msgspec.structs.replace(sold, lines=sold.lines * 200)
    paper = documents.issue(till.database, sold.number, ZONE, NOW)
    pages = pages_of(drawing.draw(paper, many, till.terms))
    assert len(pages) > 4
    assert all("Quantity" in page for page in pages[:-1])


def test_without_a_font_latin_papers_are_written_and_chinese_ones_say_what_to_install(till, monkeypatch):
    monkeypatch.setattr(fonts, "_CANDIDATES", ())
    there = Address(destination=Destination(country="DE", city="Köln", postcode="50667"), street="Am Ufer 1")
    sold = msgspec.structs.replace(paid(till), address=there)
    paper = documents.issue(till.database, sold.number, ZONE, NOW)
    latin = msgspec.structs.replace(GERMAN, currency="EUR")
    assert drawing.draw(paper, msgspec.structs.replace(sold, currency="EUR"), latin).startswith(b"%PDF-")
    with pytest.raises(FontFault, match="fonts-noto-cjk"):
        drawing.draw(paper, msgspec.structs.replace(sold, locale="zh-CN"), make_terms())


def test_a_wished_font_is_used_and_a_missing_one_is_not(tmp_path):
    assert fonts.find("en", str(tmp_path / "none.ttf")) is None


def test_a_label_says_from_whom_to_whom_and_what_is_inside(till):
    sold = [paid(till, [("tea", 2), ("cup", 1)], delivery="courier"), paid(till, [("few", 1)], delivery="courier")]
    first, second = pages_of(labels.draw_labels(sold, till.terms))
    assert (sold[0].number in first, sold[1].number in second) == (True, True)
    assert {"2×", "1×"} <= {first[place - 1 : place + 1] for place, letter in enumerate(first) if letter == "×"}
    assert "".join(sold[0].address.street.split()) in first
    assert "".join(f"{sold[0].contact.name}{sold[0].contact.phone}".split()) in first
    assert str(sold[0].lines[0].unit_price) not in first


def test_a_label_that_goes_abroad_names_the_country_and_its_code_is_the_order_s_number(database, settings):
    till = make_till(database, settings, terms=GERMAN)
    sold = paid(till, [("tea", 1)], delivery="courier", locale="en")
    made = labels.draw_labels([sold], till.terms)
    assert "CHINA" in words_of(made)
    picture = pypdfium2.PdfDocument(made)[0].render(scale=4).to_pil()
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [sold.number]
