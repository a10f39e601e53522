"""Posters: pictures of a product, a room, a promotion or the whole shop, with a QR code, drawn on the server.

``poster`` says what stands on one, ``letters`` sets type, ``paint`` and ``grounds`` put colour on the sheet,
``designs`` lay out, ``drawing.draw`` makes the picture, and ``keeping`` remembers it on disk.
"""
