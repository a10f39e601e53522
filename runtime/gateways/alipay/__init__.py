"""Alipay: pages on a computer and a phone, a QR code on our own page; RSA2 signatures with keys or certificates.

``make(method, settings)`` builds the gateway from a payment method of shop.yaml; raises SettingError.
"""

from runtime.gateways.alipay.gateway import Alipay, make

__all__ = ["Alipay", "make"]
