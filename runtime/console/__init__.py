"""The merchant's side of the shop: its pages, looks, scripts and words, apart from any theme.

``pages.render(template, locale, context)`` writes a page, ``assets.find(path)`` gives a file that pages ask for, and
``words.say(key, locale)`` speaks. What belongs to one room of the console has a folder of its own in each: ``live``.
"""
