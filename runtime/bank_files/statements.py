"""Reads what banks write: camt.052/053/054 (movements), pain.002 and pacs.004 (what became of transfers)."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from generator import money
from runtime.bank_files.tree import parse, text
from runtime.bank_files.values import BankFileError, Fate, Movement, Status

_DECLARATION = re.compile(rb"(?=<\?xml\b)")
_REPORTS = {"BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn", "BkToCstmrAcctRpt": "Rpt"}
_NOT_GIVEN = {"", "NOTPROVIDED"}


def read(data: bytes) -> tuple[list[Movement], list[Status]]:
    """Return the movements and the answers of a file, which may hold several documents; raise BankFileError."""
    movements: list[Movement] = []
    statuses: list[Status] = []
    documents = [part for part in _DECLARATION.split(data) if part.strip()]
    if not documents:
        raise BankFileError("the file is empty")
    for part in documents:
        for message in parse(part):
            if message.tag in _REPORTS:
                movements += _movements(message, _REPORTS[message.tag])
            elif message.tag == "CstmrPmtStsRpt":
                statuses += _answers(message)
            elif message.tag == "PmtRtr":
                statuses += _returns(message)
            else:
                raise BankFileError(f"{message.tag} is not a statement, a status report or a return")
    return movements, statuses


def _movements(message: Element, report: str) -> Iterator[Movement]:
    for each in message.findall(report):
        for entry in each.findall("Ntry"):
            status = text(entry, "Sts/Cd") or text(entry, "Sts")
            if status and status != "BOOK":
                continue
            details = entry.findall("NtryDtls/TxDtls")
            for number, part in enumerate(details or [entry]):
                yield _movement(entry, part, number, whole=len(details) <= 1)


def _movement(entry: Element, part: Element, index: int, *, whole: bool) -> Movement:
    amount = entry.find("Amt") if whole or part.find("Amt") is None else part.find("Amt")
    if amount is None:
        raise BankFileError("an entry has no amount")
    currency = amount.get("Ccy", "")
    try:
        minor = money.parse((amount.text or "").strip(), currency)
        day = date.fromisoformat((text(entry, "BookgDt/Dt") or text(entry, "BookgDt/DtTm"))[:10])
    except (money.NotMoneyError, ValueError) as error:
        raise BankFileError("an entry has no amount or no day") from error
    incoming = (text(part, "CdtDbtInd") or text(entry, "CdtDbtInd")) == "CRDT"
    side = "Dbtr" if incoming else "Cdtr"
    references = tuple(
        dict.fromkeys(found for path in _REFERENCES for found in _texts(part, path) if found not in _NOT_GIVEN)
    )
    return Movement(
        number=_number(entry, part, index, (day, minor, references)),
        incoming=incoming,
        amount=minor,
        currency=currency,
        day=day,
        references=references,
        party=text(part, f"RltdPties/{side}/Pty/Nm") or text(part, f"RltdPties/{side}/Nm"),
        account=text(part, f"RltdPties/{side}Acct/Id/IBAN"),
        returned=part.find("RtrInf") is not None,
        reason=text(part, "RtrInf/Rsn/Cd"),
    )


_REFERENCES = (
    "Refs/EndToEndId", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Ustrd", "AddtlTxInf", "AddtlNtryInf",
)  # fmt: skip


def _texts(part: Element, path: str) -> list[str]:
    """Return the texts at a path; the lines of a note are one text, for banks cut it anywhere."""
    found = [text(each) for each in part.findall(path)]
    return ["".join(found)] if path.endswith("Ustrd") and found else found


def _number(entry: Element, part: Element, index: int, what: tuple[date, int, tuple[str, ...]]) -> str:
    """Return the bank's number of a movement, or one made of all that is known of it."""
    own = text(part, "Refs/AcctSvcrRef")
    if own not in _NOT_GIVEN:
        return own
    whole = text(entry, "AcctSvcrRef")
    if whole not in _NOT_GIVEN:
        return whole if index == 0 else f"{whole}/{index}"
    return "B" + hashlib.sha256(repr((*what, text(entry, "NtryRef"))).encode()).hexdigest()[:24]


def _answers(message: Element) -> Iterator[Status]:
    for each in message.findall("OrgnlPmtInfAndSts/TxInfAndSts"):
        number, said = text(each, "OrgnlEndToEndId"), text(each, "TxSts")
        if number in _NOT_GIVEN:
            continue
        fate = Fate.REFUSED if said == "RJCT" else Fate.ACCEPTED
        yield Status(number=number, fate=fate, reason=text(each, "StsRsnInf/Rsn/Cd"))


def _returns(message: Element) -> Iterator[Status]:
    for each in message.findall("TxInf"):
        number = text(each, "OrgnlEndToEndId")
        if number not in _NOT_GIVEN:
            yield Status(number=number, fate=Fate.RETURNED, reason=text(each, "RtrRsnInf/Rsn/Cd"))
