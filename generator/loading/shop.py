"""shop.yaml becomes a shop without its products, shelves, pages and rooms; they are put in when all are known."""

from typing import Any

from generator.loading import countries, ground, live, promoting, terms
from generator.loading.reader import Ground, Path, Reader, Tree
from generator.shop import Block, MenuItem, Section, Shop, Text, ThemeChoice
from generator.theming.sections import Offer, Setting, Sidecar

_LAYOUTS = ("product", "shelf", "page", "live")
_TEXTS = ("text", "textarea", "markdown")


def load(tree: Tree, offer: Offer, reader: Reader) -> Shop:
    """Return the shop; the reader stands on the ground that the same file gives."""
    base = reader.ground
    name = reader.text(tree.get("name", "?"), ("name",))
    menu: Tree = tree.get("menu") or {}
    layouts: Tree = tree.get("layouts") or {}
    legal = countries.legal(base.country) if tree.get("country") == base.country else ""
    return Shop(
        name=name,
        tagline=reader.find_text(tree, "tagline", ()),
        logo=reader.find_picture(tree, "logo", (), name),
        url=base.url,
        country=base.country,
        locale=base.locale,
        locales=base.locales,
        currency=base.currency,
        timezone=base.timezone,
        legal=legal,
        seller=terms.seller(tree, reader),
        delivery=terms.delivery(tree, reader),
        payment=terms.payment(tree, reader),
        tax=terms.tax(tree),
        checkout=terms.checkout(tree, reader),
        returns=terms.returns(tree, reader),
        hooks=terms.hooks(tree),
        stock_low=terms.stock_low(tree),
        counts_visits=terms.counts_visits(tree),
        live=live.load(tree, legal, reader),
        promotions=promoting.load(tree, reader),
        theme=_theme(tree, offer, reader),
        header=_menu(menu.get("header"), ("menu", "header"), reader),
        footer=_menu(menu.get("footer"), ("menu", "footer"), reader),
        home=_sections(tree.get("home"), ("home",), offer, reader),
        layouts={
            kind: _sections(layouts[kind], ("layouts", kind), offer, reader) for kind in _LAYOUTS if kind in layouts
        },
        tags=_tags(tree, reader),
        seo=reader.seo(tree),
        redirects=dict(tree.get("redirects") or {}),
        feeds=tuple(tree.get("feeds") or ()),
    )


def find_ground(tree: Tree, file: str) -> tuple[Ground, Reader]:
    """Return the ground and a reader that stands on it and knows what was wrong with it."""
    first = Reader(file, ground.fallback())
    found = ground.load(tree, first)
    return found, first


def _tags(tree: Tree, reader: Reader) -> dict[str, Text]:
    said: Tree = tree.get("tags") or {}
    return {tag: reader.text(label, ("tags", tag)) for tag, label in said.items() if not tag.startswith("x-")}


def _theme(tree: Tree, offer: Offer, reader: Reader) -> ThemeChoice:
    said: Tree = tree.get("theme") or {}
    colors = said.get("colors")
    own = {key: value for key, value in colors.items() if key[:2] != "x-"} if isinstance(colors, dict) else {}
    return ThemeChoice(
        name=said.get("name") or "harbour", scheme=colors if isinstance(colors, str) else None, colors=own,
        settings=_settings(said.get("settings") or {}, ("theme", "settings"), offer.settings, reader),
    )  # fmt: skip


def _menu(items: Any, path: Path, reader: Reader) -> tuple[MenuItem, ...]:  # noqa: ANN401  a list of entries
    return tuple(
        MenuItem(
            label=reader.text(each.get("label", ""), (*path, index, "label")), link=each.get("link", ""),
            items=_menu(each.get("items"), (*path, index, "items"), reader),
        )
        for index, each in enumerate(items or ())
    )  # fmt: skip


def _sections(items: Any, path: Path, offer: Offer, reader: Reader) -> tuple[Section, ...]:  # noqa: ANN401  a list
    found = []
    for index, each in enumerate(items or ()):
        sidecar = offer.sections.get(each.get("section", ""))
        if sidecar is not None:
            found.append(_section(each, (*path, index), sidecar, offer, reader))
    return tuple(found)


def _section(tree: Tree, path: Path, sidecar: Sidecar, offer: Offer, reader: Reader) -> Section:
    blocks = [
        Block(
            block=each["block"],
            settings=_settings(each, (*path, "blocks", index), offer.blocks[each["block"]].settings, reader),
            hidden=each.get("hidden") is True,
        )
        for index, each in enumerate(tree.get("blocks") or ())
        if each.get("block") in offer.blocks
    ]
    settings = _settings(tree, path, sidecar.settings, reader)
    return Section(section=sidecar.name, settings=settings, blocks=tuple(blocks), hidden=tree.get("hidden") is True)


def _settings(tree: Tree, path: Path, known: tuple[Setting, ...], reader: Reader) -> dict[str, Any]:
    return {
        setting.id: _setting(setting, tree[setting.id], (*path, setting.id), reader)
        for setting in known
        if tree.get(setting.id) is not None
    }


def _setting(setting: Setting, value: Any, path: Path, reader: Reader) -> Any:  # noqa: ANN401  by the setting's type
    """Normalise one setting: texts in all locales, pictures as {file, alt}, numbers as numbers, instants in UTC."""
    if setting.type in _TEXTS:
        return reader.text(value, path)
    if setting.type == "picture":
        picture = reader.picture(value, path, dict.fromkeys(reader.ground.locales, ""))
        return {"file": picture.file, "alt": picture.alt}
    if setting.type in {"number", "range"}:
        return int(value) if float(value).is_integer() else float(value)
    if setting.type == "datetime":
        return reader.instant(value, path)
    return value
