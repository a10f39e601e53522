"""What counting a visit costs, as a share of what answering the page costs, in the same run.

``python benchmarks/visits.py [--views 4000] [--rounds 3]``. Four ways take turns in each round, all in one process by
WSGI: the page alone (``static``, from memory), stock and prices that every page of goods asks for (``offers``), a page
that the runtime renders (``rendered``: the search), and the beacon that counts one (``beacon``). Then what was
collected is written to SQLite with full sync (``written``, for each view). One line of JSON: microseconds of processor
time each, and what counting costs as a share: of a view of a product (its page and its offers), of a rendered page;
and what of it the database is.
"""

import argparse
import contextlib
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime" / "web"))

import storefront

from runtime.rehearsal_bank import bank

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PAGE = "/products/longjing/"
OFFERS = "products=longjing,last-tin,limited,endless&locale=zh-CN"


def request(method: str, path: str, query: str = "", form: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a request as a server hands it over."""
    body = urlencode(form).encode() if form else b""
    return {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost",
        "HTTP_USER_AGENT": CHROME, "HTTP_ACCEPT_ENCODING": "br", "HTTP_SEC_FETCH_SITE": "same-origin",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.version": (1, 0),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }  # fmt: skip


def ask(app: Callable[..., Any], environ: dict[str, Any]) -> str:
    """Ask the application, read the answer to its end, and return its status."""
    said: list[str] = []
    answer = app.wsgi_app(environ, lambda status, *_: said.append(status))  # type: ignore[attr-defined]
    for _ in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()
    return said[0]


def timed(app: Callable[..., Any], make: Callable[[int], dict[str, Any]], views: int, wanted: str) -> float:
    """Return the microseconds that one of many requests takes."""
    made = [make(number) for number in range(views)]
    begun = time.process_time()
    statuses = {ask(app, each) for each in made}
    spent = time.process_time() - begun
    assert statuses == {wanted}, statuses
    return spent / views * 1e6


def beacon(number: int) -> dict[str, Any]:
    """Return the beacon of somebody's view; four in a row are of one visitor."""
    told = {"page": PAGE, "query": "", "from": "https://www.example.com/"}
    visitor = f"198.{18 + number // 4 // 65_536 % 2}.{number // 4 // 256 % 256}.{number // 4 % 256}"
    return request("POST", "/api/v1/seen", form=told) | {"REMOTE_ADDR": visitor}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--views", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stderr(io.StringIO()):
        folder = storefront.write(Path(place) / "shop")
        storefront.publish(folder)
        app = storefront.application(folder)
        front = app.extensions["shopwright"]
        front.stocked(front.live.current())
        took: dict[str, list[float]] = {"static": [], "offers": [], "rendered": [], "beacon": [], "written": []}
        ways = {
            "static": (lambda _: request("GET", PAGE), given.views, "200 OK"),
            "offers": (lambda _: request("GET", "/api/v1/offers", OFFERS), max(50, given.views // 4), "200 OK"),
            "rendered": (lambda _: request("GET", "/search", "q=green"), max(50, given.views // 20), "200 OK"),
            "beacon": (beacon, given.views, "204 No Content"),
        }
        for make, _, wanted in ways.values():
            timed(app, make, 50, wanted)
        for _ in range(given.rounds):
            for name, (make, views, wanted) in ways.items():
                took[name].append(timed(app, make, views, wanted))
            begun = time.process_time()
            front.write_visits()
            took["written"].append((time.process_time() - begun) / given.views * 1e6)
        front.close()
        bank.stop(front.settings)
    found = {name: statistics.median(each) for name, each in took.items()}
    cost = found["beacon"] + found["written"]
    ratios = {
        "of_a_view": round(cost / (found["static"] + found["offers"]), 2),
        "of_a_rendered_page": round(cost / found["rendered"], 2),
        "database": round(found["written"] / cost, 3),
    }
    print(json.dumps({"microseconds": {name: round(each, 1) for name, each in found.items()}, **ratios}))


if __name__ == "__main__":
    main()
