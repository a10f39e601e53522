"""A simulated PayPal: one merchant, Orders v2, a page for buyers, refunds, disputes, notices and reports."""
