"""Tries what a shop must do: sells through the real till, hands over a mail, answers at its address, can be paid."""

import hmac
import http.client
import secrets
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import msgspec

from generator.shop import DeliveryKind, Terms
from runtime import orders, payments, placing, refunds
from runtime.faults import Fault
from runtime.gateways import Charge, Gateway, Kind, Verdict
from runtime.mail import letters, post
from runtime.orders import Address, CartLine, Contact, Placement, State
from runtime.pricing import Destination
from runtime.refunds import Wish
from runtime.refusals import Refusal
from runtime.rehearsal_bank import bank
from runtime.releases import Release
from runtime.settings import Environment, Settings
from runtime.setup.checklist import Result, ground
from runtime.till import Till
from runtime.worklist import takings

ECHO = "/console/checklist/echo/"
_ACTOR = "merchant"
_WITHIN = 10
_MOST_TRIED = 20
_REHEARSAL = "rehearsal"
_ANSWERED = frozenset({Verdict.MISSING, Verdict.OPEN, Verdict.CLOSED, Verdict.FAILED})
_TOWN = {"CN": ("浙江省", "杭州市", "西湖区")}


def grounds(release: Release, settings: Settings) -> dict[str, str]:
    """Return what each result stands on at this moment; another one makes it stale."""
    terms = release.terms
    paying = ground(terms.payment, settings.environment, settings.named)
    return {
        "product": ground(release.id),
        "order": ground(release.id, settings.environment),
        "mail": ground(settings.mail.host, settings.mail.port, settings.mail.user, settings.mail.password),
        "address": ground(terms.url, settings.secret),
        "payment": paying,
    }


def product(release: Release) -> Result:
    """Look for a product with a picture whose page and picture are really there."""
    locale = release.terms.locale
    for handle in dict.fromkeys(handle for handle, *_ in release.catalogue.all_variants()):
        cards = release.catalogue.cards(locale, [handle])
        if not cards:
            continue
        page = release.find(f"/products/{handle}/")
        picture = release.find(cards[0].image.src) if cards[0].image else None
        if page and picture and all(Path(release.place(each)).is_file() for each in (page, picture)):
            return Result(good=True, word="product.good", values={"title": cards[0].title})
    return Result(good=False, word="product.bad")


def order(till: Till, settings: Settings, release: Release, base: str, now: datetime) -> Result:
    """Place an order at the real till, pay it at the rehearsal bank, and take it back, money and stock."""
    refused = ""
    for wish in _wishes(till, release, now):
        try:
            placed = placing.place(till, wish, now).order
            till.database.write(lambda transaction, placed=placed: takings.leave_out(transaction, placed.id))  # type: ignore[misc]
            paid = _pay(till, settings, placed, base, now)
            _take_back(till, paid, now)
        except (Refusal, Fault) as error:
            refused = error.code.value if isinstance(error, Refusal) else type(error).__name__
            continue
        if wish.gateway == _REHEARSAL and paid.state is not State.PAID:
            return Result(good=False, word="order.unpaid", values={"number": placed.number})
        word = "order.good" if wish.gateway == _REHEARSAL else "order.placed"
        return Result(good=True, word=word, values={"number": placed.number})
    if refused:
        return Result(good=False, word="order.bad", values={"why": refused})
    return Result(good=False, word="order.nothing")


def mail(settings: Settings, terms: Terms, recipient: str, text: tuple[str, str], now: datetime) -> Result:
    """Hand a mail over to the shop's mail server; a file in a folder is no mail."""
    if not settings.mail.host:
        return Result(good=False, word="mail.none")
    if "@" not in recipient:
        return Result(good=False, word="mail.nobody")
    message: EmailMessage = letters.of_event(text[0], (text[1],), terms, recipient)
    try:
        post.send(message, settings, f"checklist-{secrets.token_hex(8)}", now)
    except Fault:
        return Result(good=False, word="mail.bad", values={"host": settings.mail.host})
    return Result(good=True, word="mail.good", values={"to": recipient})


def address(settings: Settings, terms: Terms) -> Result:
    """Ask at the shop's public address for something that only this very shop can answer."""
    if not terms.url.startswith(("http://", "https://")):
        return Result(good=False, word="address.none")
    nonce = secrets.token_urlsafe(18)
    wanted = f"{terms.url}{ECHO}{nonce}"
    try:
        with urllib.request.urlopen(wanted, timeout=_WITHIN) as answer:  # noqa: S310  http or https, as just looked
            said = answer.read(200).decode("ascii", "replace").strip()
    except urllib.error.HTTPError as error:
        return Result(good=False, word="address.status", values={"url": terms.url, "status": str(error.code)})
    except (OSError, ssl.SSLError, http.client.HTTPException, ValueError):
        return Result(good=False, word="address.silent", values={"url": terms.url})
    if not hmac.compare_digest(said, echo(settings, nonce)):
        return Result(good=False, word="address.other", values={"url": terms.url})
    return Result(good=True, word="address.good", values={"url": terms.url})


def echo(settings: Settings, nonce: str) -> str:
    """Return what this shop answers to a question that nobody asked before."""
    return hmac.new(settings.secret, f"checklist|{nonce}".encode(), "sha256").hexdigest()


def payment(ways: dict[str, Gateway], terms: Terms) -> Result:
    """Ask a provider of real money about a payment that nobody made; what is paid by hand has nobody to ask."""
    real = {name: each for name, each in ways.items() if name != _REHEARSAL}
    for name, each in real.items():
        if each.kind is not Kind.ONLINE:
            continue
        report = each.query(Charge(reference=f"TEST{secrets.token_hex(8)}", amount=100, currency=terms.currency))
        if report.verdict not in _ANSWERED:
            return Result(good=False, word="payment.bad", values={"name": name})
    if not real:
        return Result(good=False, word="payment.none")
    names = ", ".join(real)
    return Result(good=True, word="payment.good", values={"names": names})


def _wishes(till: Till, release: Release, now: datetime) -> Iterator[Placement]:
    """Give orders of what might be bought now, picked up rather than sent."""
    terms = release.terms
    region, city, district = _TOWN.get(terms.country, ("", "", ""))
    place = Destination(country=terms.country, region=region, city=city, district=district)
    seller = terms.seller
    for method in sorted(terms.delivery, key=lambda each: each.kind is not DeliveryKind.PICKUP):
        for sku, *_ in release.catalogue.all_variants()[:_MOST_TRIED]:
            made = Placement(
                key=placing.new_key(),
                lines=(CartLine(sku=sku, quantity=1),),
                locale=terms.locale,
                contact=Contact(name="Shopwright", email=seller.email, phone=seller.phone),
                address=Address(destination=place, name="Shopwright", phone=seller.phone, street="-"),
                delivery=method.id,
                gateway=_gateway(till),
                expected_total=0,
            )
            try:
                total = placing.quote(till, made, now).total
            except Refusal:
                continue
            yield msgspec.structs.replace(made, expected_total=total)


def _gateway(till: Till) -> str:
    return _REHEARSAL if _REHEARSAL in till.gateways else next(iter(till.gateways), "")


def _pay(till: Till, settings: Settings, placed: orders.Order, base: str, now: datetime) -> orders.Order:
    if (
        _gateway(till) != _REHEARSAL
        or settings.environment is Environment.PRODUCTION
        or placed.state is not State.PENDING_PAYMENT
    ):
        return placed
    attempt = payments.start(till, placed, _REHEARSAL, base, now)
    house = bank.get(settings)
    charge = house.books.find_by_reference(attempt.reference)
    if charge is not None:
        house.decide(charge, "approve")
    return payments.refresh(till, placed, now)


def _take_back(till: Till, order: orders.Order, now: datetime) -> None:
    if order.state is State.PAID:
        wish = Wish(everything=True, restock=True, reason="test of the checklist")
        till.database.write(lambda transaction: refunds.request(transaction, order, wish, actor=_ACTOR, now=now))
    else:
        payments.cancel(till, order.number, actor=_ACTOR, now=now)
