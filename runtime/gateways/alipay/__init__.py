"""Alipay: pages on a computer and a phone, a QR code on our own page; RSA2 signatures with keys or certificates."""
