"""Shelf, page and live room files become values."""

import msgspec

from generator.loading import embeds
from generator.loading.reader import Reader, Tree
from generator.shop import LiveRoom, LiveSource, Page, Picture, Seo, Text, Value


class Rule(Value, frozen=True, kw_only=True):
    """How a shelf picks its products; prices are minor units."""

    any_tags: tuple[str, ...] = ()
    all_tags: tuple[str, ...] = ()
    price_under: int | None = None
    price_over: int | None = None
    in_stock: bool = False
    sort: str = "manual"
    limit: int | None = None


class ShelfFile(Value, frozen=True, kw_only=True):
    """A shelf as its file says it: with the products it names, or the rule that will find them."""

    handle: str
    title: Text
    description: Text | None = None
    picture: Picture | None = None
    products: tuple[str, ...] = ()
    rule: Rule | None = None
    seo: Seo = Seo()


def load_shelf(handle: str, tree: Tree, reader: Reader) -> ShelfFile:
    """Return the shelf; its rule is applied when all products are known."""
    title = reader.text(tree.get("title", handle), ("title",))
    rule = tree.get("rule")
    return ShelfFile(
        handle=handle,
        title=title,
        description=reader.find_text(tree, "description", ()),
        picture=reader.find_picture(tree, "image", (), title),
        products=tuple(tree.get("products") or ()),
        rule=_rule(rule, reader) if rule is not None else None,
        seo=reader.seo(tree),
    )


def _rule(tree: Tree, reader: Reader) -> Rule:
    tag = tree.get("tag")
    limit = tree.get("limit")
    return Rule(
        any_tags=tuple(tree.get("any") or ()),
        all_tags=(*((tag,) if tag else ()), *(tree.get("all") or ())),
        price_under=reader.find_money(tree, "price_under", ("rule",)),
        price_over=reader.find_money(tree, "price_over", ("rule",)),
        in_stock=bool(tree.get("in_stock")),
        sort=tree.get("sort") or "manual",
        limit=int(limit) if limit is not None else None,
    )


def load_page(handle: str, tree: Tree, reader: Reader) -> Page:
    """Return the page of text; a second language's file has a handle such as ``about.en`` and perhaps no title."""
    seo = reader.seo(tree)
    description = reader.find_text(tree, "description", ())
    if description is not None and seo.description is None:
        seo = msgspec.structs.replace(seo, description=description)
    return Page(
        handle=handle,
        title=reader.text(tree["title"], ("title",)) if "title" in tree else dict.fromkeys(reader.ground.locales, ""),
        body=dict.fromkeys(reader.ground.locales, str(tree.get("body", ""))),
        seo=seo,
    )


def load_room(handle: str, tree: Tree, reader: Reader) -> LiveRoom:
    """Return the live room with its player's address worked out."""
    title = reader.text(tree.get("title", handle), ("title",))
    starts = reader.find_instant(tree, "starts_at", ())
    ends = reader.find_instant(tree, "ends_at", ())
    if starts and ends and ends <= starts:
        reader.report("ends-before-start", ("ends_at",))
    return LiveRoom(
        handle=handle,
        title=title,
        cover=reader.find_picture(tree, "cover", (), title),
        host=tree.get("host", ""),
        starts_at=starts or "",
        ends_at=ends,
        notice=reader.find_text(tree, "notice", ()),
        products=tuple(dict.fromkeys(tree.get("products") or ())),
        source=_source(tree.get("source") or {}, reader),
        chat=tree.get("chat") or reader.ground.chat,
        promotions=tuple(dict.fromkeys(tree.get("promotions") or ())),
        replay=(tree.get("replay") or {}).get("keep") is not False,
    )


def _source(tree: Tree, reader: Reader) -> LiveSource:
    if tree.get("kind") != "embed":
        return LiveSource(kind="broadcast", through=tree.get("through") or "own")
    url = tree.get("url")
    if not url:
        if not reader.is_broken(("source", "url")):
            reader.report("live-url-missing", ("source",))
        return LiveSource(kind="embed")
    found = embeds.find(url, tree.get("provider"), reader.ground.url)
    if isinstance(found, embeds.Refusal):
        path = ("source", "provider") if found.about == "provider" else ("source", "url")
        reader.report(found.code, path, url=url, **found.values)
        return LiveSource(kind="embed", url=url)
    return LiveSource(kind="embed", url=found.watch, provider=found.provider, src=found.src, frame=found.frame)
