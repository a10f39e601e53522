"""``shopwright funds bank-file``: a file of transfers that a bank executes, for withdrawals and refunds."""

from datetime import UTC, datetime
from pathlib import Path

import click

from generator import files
from runtime import refunds, words
from runtime.bank_files import Order, Party, Transfer, pain
from runtime.commands import shop
from runtime.commands.language import language
from runtime.database import Transaction
from runtime.funds import withdrawals
from runtime.funds.withdrawals import Event, State, Step


@click.command("bank-file")
@shop.argument
@click.argument("numbers", nargs=-1, required=True)
@click.option("--from", "debtor", nargs=2, required=True, metavar="NAME IBAN", help="Whose account pays.")
@click.option("--from-bic", default="", help="The bank of that account, where it asks for its BIC.")
@click.option("--to", "creditor", nargs=2, required=True, metavar="NAME IBAN", help="Whose account is paid.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def bank_file(
    folder: Path,
    numbers: tuple[str, ...],
    debtor: tuple[str, str],
    from_bic: str,
    creditor: tuple[str, str],
    out: Path | None,
) -> None:
    """Write transfers for the bank (pain.001): withdrawals or refunds by their NUMBERS, all to one account.

    The same numbers make the same file again, and the bank pays each of them once.
    """
    now = datetime.now(UTC)
    with shop.opened(folder) as (_, database):

        def unit(transaction: Transaction) -> tuple[Transfer, ...]:
            payee = Party(name=creditor[0], iban=creditor[1])
            return tuple(_transfer(transaction, number, payee, now) for number in numbers)

        transfers = database.write(unit)
        order = Order(
            number=pain.file_number(numbers),
            debtor=Party(name=debtor[0], iban=debtor[1], bic=from_bic),
            transfers=transfers,
            made_at=now,
            due=now.date(),
        )
        target = out or Path(f"{order.number}.xml")
        files.atomic_write(target, pain.write(order))
        click.echo(f"{target}  {len(transfers)}  {words.say('state.sent', language())}")


def _transfer(transaction: Transaction, number: str, payee: Party, now: datetime) -> Transfer:
    """Return the transfer of a withdrawal, which is then under way, or of a refund that is sent by hand."""
    refund = refunds.find(transaction, number)
    if refund is not None:
        return Transfer(
            number=number, amount=refund.amount, currency=refund.currency, creditor=payee, text=refund.reference
        )
    found = withdrawals.get(transaction, number)
    if found.state is not State.SENT:
        step = Step(event=Event.SEND, actor="merchant", now=now)
        found = withdrawals.move(transaction, found, step)
    return Transfer(number=number, amount=found.amount, currency=found.currency, creditor=payee, text=number)
