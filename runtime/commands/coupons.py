"""``shopwright coupons``: single-use codes of batches; and ``shopwright members``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from generator.promotion import PromotionKind
from runtime import coupons as codes
from runtime import customers
from runtime.commands import shop
from runtime.refusals import Code, Refusal

MOST = 10_000


@click.group()
def coupons() -> None:
    """Make codes that are good once each, count them, and take them back."""


@coupons.command()
@shop.argument
@click.argument("promotion")
@click.option("--count", type=int, default=1, show_default=True, help="How many codes.")
@click.option("--batch", default="", help="A name to know them by; the day unless given.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write them to a file instead.")
def make(folder: Path, promotion: str, count: int, batch: str, out: Path | None) -> None:
    """Make codes for PROMOTION and print them, this once: the database keeps only what they can be checked by."""
    with shop.opened(folder) as (found, database):
        rules = {each.id: each for each in shop.till(found, database).terms.promotions}
        rule = rules.get(promotion)
        if rule is None or rule.coupon is None or rule.coupon.code or rule.kind is PromotionKind.REFERRAL:
            raise Refusal(Code.PROMOTION_UNKNOWN, promotion=promotion)
        if not 1 <= count <= MOST:
            raise Refusal(Code.COUPON_COUNT, maximum=MOST)
        now = datetime.now(UTC)
        name = batch or now.strftime("%Y-%m-%d")
        made = database.write(lambda transaction: codes.make(transaction, promotion, name, count, now))
    if out is None:
        click.echo("\n".join(made))
        return
    out.write_text("\n".join(made) + "\n", "utf-8")
    click.echo(f"{len(made)} codes of batch {name} in {out}: keep it safe, they cannot be shown again")


@coupons.command("list")
@shop.argument
def list_batches(folder: Path) -> None:
    """List the batches: how many codes are open, held by unpaid orders, used and void."""
    with shop.opened(folder) as (_, database):
        for each in database.read(codes.batches):
            counts = f"open {each.open}  held {each.held}  used {each.used}  void {each.void}"
            click.echo(f"{each.promotion:<20}  {each.batch:<20}  {counts}")


@coupons.command()
@shop.argument
@click.option("--batch", default="", help="All open codes of a batch.")
@click.option("--code", default="", help="One code.")
def void(folder: Path, batch: str, code: str) -> None:
    """Make open codes good for nothing; what orders hold or used stays theirs."""
    if bool(batch) == bool(code):
        raise click.UsageError("say --batch or --code")
    with shop.opened(folder) as (_, database):
        count = database.write(lambda transaction: codes.void(transaction, batch=batch, code=code))
    click.echo(f"{count} codes are void")
    if not count:
        raise SystemExit(1)


@click.group()
def members() -> None:
    """Say who is a member, by e-mail address or phone number."""


@members.command()
@shop.argument
@click.argument("contacts", nargs=-1, required=True)
def add(folder: Path, contacts: tuple[str, ...]) -> None:
    """Make people members."""
    with shop.opened(folder) as (_, database):
        now = datetime.now(UTC)
        made = database.write(
            lambda transaction: [each for each in contacts if customers.add_member(transaction, each, now)]
        )
    for each in contacts:
        click.echo(f"{each}  {'is a member' if each in made else 'was a member, or is no contact'}")


@members.command()
@shop.argument
@click.argument("contact")
def remove(folder: Path, contact: str) -> None:
    """End a membership."""
    with shop.opened(folder) as (_, database):
        done = database.write(lambda transaction: customers.remove_member(transaction, contact))
    click.echo(f"{contact}  {'is no member any more' if done else 'was no member'}")
    if not done:
        raise SystemExit(1)


@members.command("list")
@shop.argument
def list_members(folder: Path) -> None:
    """List all members."""
    with shop.opened(folder) as (_, database):
        for contact, since in database.read(customers.members):
            click.echo(f"{datetime.fromtimestamp(since, UTC):%Y-%m-%d}  {contact}")
