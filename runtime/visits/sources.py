"""Where orders come from: the channel by which a buyer had come when they filled their cart, kept in the cart."""

from runtime.transaction import Transaction
from runtime.visits.channels import DIRECT

_WRITE = "INSERT INTO order_channel (order_id, channel) VALUES (?, ?)"


def later(before: str, now: str) -> str:
    """Return the channel of a cart when somebody who came by ``now`` puts more into it.

    Who comes back by themselves still comes from where they came before.
    """
    return now if now and (now != DIRECT or not before) else before


def write(transaction: Transaction, order: int, channel: str) -> bool:
    """Note the channel of an order that is being placed; False where none is known."""
    if channel:
        transaction.run(_WRITE, order, channel)
    return bool(channel)
