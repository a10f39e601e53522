"""The runtime's own words, in English, Chinese and German: refusals, reasons of a price, mails, states.

Themes may say more.
"""
