"""The wizard that opens a shop: its questions, what was answered so far, and how the answers become a folder of text.

``draft`` keeps the answers below ``var/setup`` until the shop is open, ``door`` lets one browser in, ``steps`` says
what is asked and ``asking`` reads what was typed; ``texts`` writes the files, ``opening`` opens the shop, once.
"""
