"""Hooks: who else is told what happens has an address and what it needs to be believed."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem

_HERE = {"localhost", "127.0.0.1", "::1"}


def hooks(draft: Draft) -> Iterator[Problem]:
    """A webhook has a safe address and a secret, a robot names where its address stands; ids are unique."""
    seen: set[str] = set()
    for index, hook in enumerate(draft.shop.hooks):
        path = ("messages", "hooks", index)
        if hook.id in seen:
            yield in_shop("id-twice", (*path, "id"), id=hook.id)
        seen.add(hook.id)
        if hook.kind == "webhook":
            if not hook.url or not hook.secret:
                yield in_shop("hook-incomplete", path, kind=hook.kind, keys="url, secret")
            elif hook.url.startswith("http:") and urlsplit(hook.url).hostname not in _HERE:
                yield in_shop("hook-not-safe", (*path, "url"), url=hook.url)
        elif hook.kind and not hook.address:
            yield in_shop("hook-incomplete", path, kind=hook.kind, keys="address")
