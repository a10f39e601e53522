"""Writes pain.001.001.09: credit transfers that a bank executes."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from generator import money
from runtime.bank_files.values import Order, Party, Transfer

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_UNFIT = re.compile(r"[\x00-\x1f\x7f]+")


def file_number(numbers: Sequence[str]) -> str:
    """Return the name of a file with these transfers: sending the same again is seen by the bank."""
    if len(numbers) == 1:
        return numbers[0]
    return "F" + hashlib.sha256(" ".join(sorted(numbers)).encode()).hexdigest()[:30]


def write(order: Order) -> bytes:
    """Return the file of an order."""
    root = Element("Document", xmlns=NAMESPACE)
    message = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(message, "GrpHdr")
    _put(header, "MsgId", order.number)
    _put(header, "CreDtTm", order.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _count(header, order.transfers)
    _put(SubElement(header, "InitgPty"), "Nm", _fit(order.debtor.name, 140))
    batch = SubElement(message, "PmtInf")
    _put(batch, "PmtInfId", order.number)
    _put(batch, "PmtMtd", "TRF")
    _count(batch, order.transfers)
    _put(SubElement(batch, "ReqdExctnDt"), "Dt", order.due.isoformat())
    _put(SubElement(batch, "Dbtr"), "Nm", _fit(order.debtor.name, 140))
    _account(SubElement(batch, "DbtrAcct"), order.debtor)
    _bank(SubElement(batch, "DbtrAgt"), order.debtor)
    for transfer in order.transfers:
        _transfer(SubElement(batch, "CdtTrfTxInf"), transfer)
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _count(parent: Element, transfers: Sequence[Transfer]) -> None:
    _put(parent, "NbOfTxs", str(len(transfers)))
    _put(parent, "CtrlSum", str(sum(money.decimal(each.amount, each.currency) for each in transfers)))


def _transfer(parent: Element, transfer: Transfer) -> None:
    _put(SubElement(parent, "PmtId"), "EndToEndId", transfer.number)
    amount = _put(SubElement(parent, "Amt"), "InstdAmt", money.plain(transfer.amount, transfer.currency))
    amount.set("Ccy", transfer.currency)
    if transfer.creditor.bic:
        _bank(SubElement(parent, "CdtrAgt"), transfer.creditor)
    _put(SubElement(parent, "Cdtr"), "Nm", _fit(transfer.creditor.name, 140))
    _account(SubElement(parent, "CdtrAcct"), transfer.creditor)
    if transfer.text:
        _put(SubElement(parent, "RmtInf"), "Ustrd", _fit(transfer.text, 140))


def _account(parent: Element, party: Party) -> None:
    _put(SubElement(parent, "Id"), "IBAN", party.iban.replace(" ", "").upper())


def _bank(parent: Element, party: Party) -> None:
    institution = SubElement(parent, "FinInstnId")
    if party.bic:
        _put(institution, "BICFI", party.bic)
    else:
        _put(SubElement(institution, "Othr"), "Id", "NOTPROVIDED")


def _put(parent: Element, name: str, content: str) -> Element:
    made = SubElement(parent, name)
    made.text = content
    return made


def _fit(content: str, length: int) -> str:
    return _UNFIT.sub(" ", content).strip()[:length]
