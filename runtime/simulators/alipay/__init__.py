"""A simulated Alipay: one merchant, RSA2 in both directions, pages for buyers, notices, refunds and bills."""
