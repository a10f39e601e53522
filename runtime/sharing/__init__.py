"""What brings people to the shop: short links with the orders that came of them, QR codes and posters.

``links`` makes and finds short links, ``touches`` says by which link a visitor came without a cookie, ``figures``
counts clicks, orders and takings, ``referrals`` tells who brought whom; ``qr``
and ``posters`` draw.
"""
