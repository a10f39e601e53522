"""The names of the accounts. Debits count up: what we have is above zero, what we owe or earned is below."""

BANK = "bank"
RECEIVABLE = "cash_on_delivery.receivable"
SUSPENSE = "suspense"
REFUNDS_DUE = "refunds_due"
SALES = "income.sales"
DELIVERY = "income.delivery"
DISCOUNTS = "contra.discount"
REFUNDS = "contra.refunds"
TAX = "tax_payable"
FEES = "expense.gateway_fees"
CHARGEBACKS = "expense.chargebacks"


def pending(gateway: str) -> str:
    """Return the account of money that a gateway holds for us until its order is settled."""
    return f"gateway.{gateway}.pending"


def available(gateway: str) -> str:
    """Return the account of money that a gateway would pay out to us."""
    return f"gateway.{gateway}.available"


def withdrawing(gateway: str) -> str:
    """Return the account of money that is on its way from a gateway to the bank."""
    return f"gateway.{gateway}.withdrawing"


def disputed(gateway: str) -> str:
    """Return the account of money that a gateway keeps while a dispute is open."""
    return f"gateway.{gateway}.disputed"
