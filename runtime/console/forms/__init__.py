"""Forms made from schemas: a file's data becomes fields, and what comes back becomes the fewest changes of the file.

``sheet.Sheet`` is the front: it binds fields of ``generator.fields`` to the data of a file (``binding``), takes what a
browser sent (``inputs``, by WTForms), and tells what differs (``changing``). Rows come and go by buttons (``acting``),
problems find their fields (``placing``), and templates get what they show (``showing``).
"""
