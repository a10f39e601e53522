"""Files that banks take and give (ISO 20022): credit transfers out (pain.001), statements and answers in.

``pain.write`` makes a file of transfers, ``statements.read`` takes camt.052/053/054 (what moved), pain.002 (what was
refused) and pacs.004 (what came back). Documents with a DTD are not read: nothing in them is ever resolved.
"""

from runtime.bank_files.values import BankFileError, Fate, Movement, Order, Party, Status, Transfer

__all__ = ["BankFileError", "Fate", "Movement", "Order", "Party", "Status", "Transfer"]
