"""/metrics of a whole folder of shops, for this machine or for who knows the token."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, abort

from runtime.agency.board import Board, Shop
from runtime.agency.pages import desk
from runtime.web import health
from runtime.web.metrics import Metrics

blueprint = Blueprint("agency_counts", __name__)
_SUMMED = ("shopwright_requests_total", "shopwright_events_total")
_ABOUT = {
    "shopwright_steward_up": "Whether the process beside the servers lives: builds, mail, settlements.",
    "shopwright_shop_up": "Whether a shop is open to visitors.",
    "shopwright_shop_building": "Whether a shop is being built.",
    "shopwright_shop_errors": "Errors in a shop's text when it was checked last.",
    "shopwright_shop_changed": "Whether a shop's text is newer than what is published.",
}
_LABELS = re.compile(r"(\w+)\{(.*)\} (\S+)")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return how every shop is and what it answered, in Prometheus' text form."""
    if not health.may_read():
        abort(404)
    board = desk().following.board
    text = "\n".join([*_gauges(board), *_counters(board)]) + "\n"
    return Response(
        text, content_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


def _gauges(board: Board) -> Iterator[str]:
    for name, about in _ABOUT.items():
        yield f"# HELP {name} {about}"
        yield f"# TYPE {name} gauge"
        if name == "shopwright_steward_up":
            yield f"{name} {int(board.is_kept)}"
            continue
        for shop in board.shops:
            yield f'{name}{{shop="{_escaped(shop.name)}"}} {_value(shop, name)}'


def _value(shop: Shop, name: str) -> int:
    found = {
        "up": shop.state in {"serving", "building"} and bool(shop.release),
        "building": shop.building,
        "errors": shop.errors,
        "changed": shop.changed,
    }
    return int(found[name.rpartition("_")[2]])


def _counters(board: Board) -> Iterator[str]:
    counted = [(shop.name, Metrics(Path(shop.folder) / "var" / "run").text().splitlines()) for shop in board.shops]
    for family in _SUMMED:
        heads = [line for line in counted[0][1] if line.startswith("#") and f" {family} " in line] if counted else []
        yield from heads
        for name, lines in counted:
            for line in lines:
                found = _LABELS.fullmatch(line)
                if found and found[1] == family:
                    yield f'{family}{{shop="{_escaped(name)}",{found[2]}}} {found[3]}'


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
