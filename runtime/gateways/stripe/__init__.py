"""Stripe Checkout: the buyer pays on Stripe's page, and we believe what Stripe signed or answered."""
