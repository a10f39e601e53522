"""Stripe, simulated: Checkout Sessions, refunds, disputes, balance transactions, signed webhooks, idempotency keys."""
