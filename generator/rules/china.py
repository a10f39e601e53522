"""China's pack: licence or exemption is shown (E-Commerce Law articles 10 and 15), filings have their form."""

import re
from collections.abc import Iterator

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.shop import SellerType
from generator.source.inventory import SHOP

WEEK = 7 * 86400
THREE_YEARS = 1095 * 86400
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ICP = re.compile(rf"[{_PROVINCES}]ICP[备证]\d{{6,12}}号(-\d{{1,3}})?")
_POLICE = re.compile(rf"[{_PROVINCES}]公网安备\s?\d{{11,14}}号")


def credit_code_digit(first: str) -> str:
    """Return the check digit of the 17 characters before it (GB 32100-2015, modulus 31)."""
    total = sum(_CODE.index(each) * weight for each, weight in zip(first, _WEIGHTS, strict=True))
    return _CODE[-total % 31]


def credit_code(text: str) -> str | None:
    """Return what is wrong with a unified social credit code: form, digit, or None."""
    if len(text) != 18 or any(each not in _CODE for each in text):  # noqa: PLR2004  the standard's length
        return "form"
    return None if credit_code_digit(text[:17]) == text[17] else "digit"


def licence(draft: Draft) -> Iterator[Problem]:
    """A company or sole trader shows number and picture of the licence; an individual says why none is needed."""
    if draft.shop.legal != "CN" or draft.lacks("seller"):
        return
    seller = draft.shop.seller
    if seller.registration_number:
        wrong = credit_code(seller.registration_number)
        if wrong:
            suggestion = (
                seller.registration_number[:17] + credit_code_digit(seller.registration_number[:17])
                if wrong == "digit"
                else None
            )
            yield in_shop(
                f"legal-cn-credit-code-{wrong}", ("seller", "registration_number"), number=seller.registration_number,
                expected=suggestion[-1] if suggestion else "",
            )  # fmt: skip
    if seller.type is SellerType.INDIVIDUAL:
        if seller.exemption is None and not seller.registration_number:
            yield in_shop("legal-cn-exemption-missing", ("seller",))
        return
    if not seller.registration_number:
        yield in_shop("legal-cn-licence-missing", ("seller",))
    if not seller.licence_picture:
        yield in_shop("legal-cn-licence-picture-missing", ("seller",))
    for key, value in (
        ("legal_name", seller.legal_name),
        ("address", seller.address),
        ("representative", seller.representative),
    ):
        if not value:
            yield in_shop("legal-cn-seller-incomplete", ("seller",), key=key)


def filings(draft: Draft) -> Iterator[Problem]:
    """ICP and police numbers have their form; a .cn address has an ICP number."""
    if draft.shop.legal != "CN":
        return
    seller = draft.shop.seller
    if seller.icp and not _ICP.fullmatch(seller.icp):
        yield in_shop("legal-cn-icp-form", ("seller", "icp"), number=seller.icp)
    if seller.public_security_record and not _POLICE.fullmatch(seller.public_security_record):
        yield in_shop(
            "legal-cn-police-form", ("seller", "public_security_record"), number=seller.public_security_record
        )
    if not seller.icp and re.search(r"\.cn(:\d+)?(/|$)", draft.shop.url):
        yield in_shop("legal-cn-icp-missing", ("seller",), url=draft.shop.url)


def returns(draft: Draft) -> Iterator[Problem]:
    """Distance buyers may send goods back within seven days (Consumer Protection Law article 25)."""
    window = draft.shop.returns.window
    if draft.shop.legal == "CN" and window is not None and window < WEEK:
        yield in_shop("legal-return-window", ("returns", "window"), least="7d", country="CN")


def chat(draft: Draft) -> Iterator[Problem]:
    """Open comments need real names (Cybersecurity Law article 26)."""
    if draft.shop.legal == "CN" and draft.ground.chat == "everyone":
        yield in_shop("legal-cn-open-chat", ("live", "chat"))


def rooms(draft: Draft) -> Iterator[Problem]:
    """A live room says who runs it and how to reach them, and what is sold in it has a marked price."""
    if draft.shop.legal != "CN":
        return
    seller = draft.shop.seller
    shown = {
        "legal_name": seller.legal_name,
        "registration_number": seller.registration_number or seller.exemption,
        "address": seller.address,
        "phone": seller.phone or seller.email,
    }
    missing = [key for key, value in shown.items() if not value]
    for number, (handle, room) in enumerate(sorted(draft.rooms.items())):
        if missing and number == 0 and not draft.lacks("seller"):
            related = (SHOP, draft.mark(SHOP, ("seller",)))
            yield draft.at("live", handle, "legal-cn-live-operator", related=related, keys=", ".join(missing))
        if not room.products:
            yield draft.at("live", handle, "legal-cn-live-prices", ("products",))


def recordings(draft: Draft) -> Iterator[Problem]:
    """Recordings of selling are kept three years at least; what deletes them sooner is said."""
    kept = draft.shop.live.keep_recordings
    if draft.shop.legal == "CN" and draft.rooms and 0 < kept < THREE_YEARS:
        yield in_shop("legal-cn-recordings", ("live", "keep_recordings"), days=THREE_YEARS // 86400)
