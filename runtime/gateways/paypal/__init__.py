"""PayPal (Orders v2): the buyer agrees on its page, the shop then takes the money; notices are verified offline."""
