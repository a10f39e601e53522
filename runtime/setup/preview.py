"""The shop as it would be, for the merchant alone: a real build beside the draft, never published."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import msgspec

from generator import files
from generator.build import Wish, build
from runtime.setup import staging, texts
from runtime.setup.answers import Answers, Item
from runtime.setup.draft import Draft

_FOLDER, _PAGES, _SEEN = "preview", "pages", "seen"
_NAMELESS = {"zh-CN": "我的小店", "en": "My shop"}


def show(draft: Draft, answers: Answers, now: datetime) -> str:
    """Build the preview if an answer changed since; return a mark that is another one for another preview.

    It is empty when the shop cannot be built. Raises OSError.
    """
    place = draft.folder / _FOLDER
    wanted = _mark(answers)
    with draft.alone():
        seen = place / _SEEN
        if seen.is_file() and seen.read_text() == wanted:
            return wanted
        shop = place / "shop"
        staging.write(draft, _filled(answers), shop)
        wish = Wish(
            now=now.strftime("%Y-%m-%dT%H:%M:%SZ"), publish=False, draft=True, compress=False, out=place / _PAGES
        )
        if not build(shop, wish).release:
            return ""
        files.replace(seen, wanted.encode(), durable=False)
    return wanted


def find(draft: Draft, path: str) -> Path | None:
    """Return the file of a page or a picture of the preview, None for anything else."""
    root = (draft.folder / _FOLDER / _PAGES).resolve()
    wanted = (root / path.lstrip("/")).resolve()
    found = wanted / "index.html" if wanted.is_dir() else wanted
    return found if found.is_relative_to(root) and found.is_file() and not found.name.startswith(".") else None


def forget(draft: Draft) -> None:
    """Remove the preview."""
    shutil.rmtree(draft.folder / _FOLDER, ignore_errors=True)


def _filled(answers: Answers) -> Answers:
    """Give what was not answered yet a value that can be shown; the law is no matter of looks."""
    country = answers.country or "CN"
    known = msgspec.structs.replace(answers, country=country)
    example = Item(title=texts.words(known)["first"], price="28", stock=10)
    return msgspec.structs.replace(
        answers,
        items=answers.items if answers.sells_goods else (example,),
        name=answers.name or _NAMELESS.get(answers.language, "My shop"),
        country=country,
        seller=answers.seller or "individual",
        contact=answers.contact or "hello@example.com",
        delivery="",
        payments=(),
        room=None,
    )


def _mark(answers: Answers) -> str:
    shown = msgspec.structs.replace(_filled(answers), password_hash="", seen=(), legal={}, legal_later=False)
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:16]
