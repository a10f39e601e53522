"""R120: what a process keeps for all of its shops is listed here, with why it can never show one shop's to another."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = {
    "generator/messages/__init__.py:CATALOGUE": "the program's own messages",
    "generator/price_log.py:_KNOWN": "keyed by the path of the shop's log",
    "generator/promoting.py:_SETS": "keyed by an object, which is compared",
    "generator/source/cache.py:_DECODED": "keyed by the path of the shop's cache",
    "generator/source/cache.py:_SEEN": "keyed by the path of the shop's cache",
    "runtime/database.py:_opening": "locks, keyed by the address of a database",
    "runtime/rehearsal_bank/bank.py:_banks": "keyed by all settings of a shop, its folder and secret among them",
    "runtime/web/areas/look/ground.py:_kept": "keyed by the shop's folder",
    "runtime/web/areas/look/ground.py:scheme_labels": "keyed by the folder of a theme",
    "runtime/web/areas/shop_text.py:_last": "holds the shop's folder, which is compared",
    "runtime/web/checkout_form.py:_classes": "holds the shop's terms, which are compared",
    "runtime/sharing/posters/letters.py:_shows": "keyed by the file of a font of the machine",
    "runtime/sharing/posters/letters.py:font": "keyed by the file of a font of the machine",
}
_MAKERS = {"dict", "list", "set", "OrderedDict", "defaultdict", "deque", "WeakKeyDictionary", "WeakValueDictionary"}
_CACHES = {"cache", "lru_cache"}
_OF_A_SHOP = {"folder", "path", "file", "root", "var", "settings", "front", "shop", "till", "release", "here", "visit"}
"""Arguments by which a cached function may know a shop; whatever is made of plain texts alone is the same for all."""


def called(node):
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_empty(value):
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    return isinstance(value, ast.Call) and called(value) in _MAKERS and not value.args


def kept(path):
    """Return what a module keeps: containers that are empty at first, and caches of functions that know a shop."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and is_empty(node.value):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            yield target.id
        if isinstance(node, ast.FunctionDef) and {each.arg for each in node.args.args} & _OF_A_SHOP:
            yield from [node.name] if {called(each) for each in node.decorator_list} & _CACHES else []


def test_r120_what_a_process_keeps_for_all_shops_is_known_and_tells_them_apart():
    files = [path for part in ("runtime", "generator") for path in sorted((ROOT / part).rglob("*.py"))]
    found = {f"{path.relative_to(ROOT).as_posix()}:{name}" for path in files for name in kept(path)}
    assert sorted(found - set(KEPT)) == [], "say above why this never shows one shop's to another"
    assert sorted(set(KEPT) - found) == []
