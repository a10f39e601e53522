"""WeChat Pay, API v3: a code on our own page, a page on the phone, or WeChat's browser; public keys or certificates."""
