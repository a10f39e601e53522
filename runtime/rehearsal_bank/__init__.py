"""A bank to rehearse with: it takes signed charges, shows a page with buttons and sends signed notices.

It behaves like a real provider, also where that hurts: notices come twice, late or never, and money may come after
the closing. ``bank.get(settings)`` in bank.py is the process's bank; its ``wsgi`` is mounted at /rehearsal-bank.
Never in production.
"""
