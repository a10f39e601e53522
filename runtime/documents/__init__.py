"""Papers of an order as PDF: the invoice (or receipt) with its number, its correction, and the slip for the parcel.

``issue`` gives an order its invoice, once. ``drawing.draw`` makes the PDF of a paper, ``drawing.draw_slip`` a packing
slip; drawing.py needs the extra ``documents``, so it is imported where it is used. CJK text needs a font of this
machine (fonts.py tells which).
"""

from runtime.documents.issuing import Paper, PaperKind, correct, find, issue, listing

__all__ = ["Paper", "PaperKind", "correct", "find", "issue", "listing"]
