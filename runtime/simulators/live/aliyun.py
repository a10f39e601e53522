"""Alibaba Cloud Live: auth_key of type A in addresses, notices as GET with a signed header, sent five times more.

help.aliyun.com: live/user-guide/url-signing, document_detail/54787.
"""

import hashlib
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode

from runtime.simulators.live.network import Network, Pushed
from runtime.simulators.records import Fault, Notice
from runtime.simulators.stage import Letter

_VALID = 1800
"""Seconds that an address is good beyond its time: what the console sets unless it is told otherwise."""
_HOUR = 3600


class Aliyun(Network):
    """The network."""

    name = "aliyun-live"
    retry_plan = (1.0,) * 5

    def why_refused(self, address: SplitResult, stream: str, key: str) -> str:
        """Check time-rand-uid-MD5(path-time-rand-uid-key) and the time."""
        del stream
        parts = parse_qs(address.query).get("auth_key", [""])[0].split("-")
        if len(parts) != 4 or not parts[0].isdigit():  # noqa: PLR2004  time, rand, uid, hash
            return "auth_key is missing"
        time, rand, uid, given = parts
        text = f"{address.path}-{time}-{rand}-{uid}-{key}"
        if hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() != given:
            return "auth_key is wrong"
        return "" if int(time) + _VALID > self.stage.clock.now() else "auth_key is over"

    def told(self, pushed: Pushed, kind: str) -> dict[str, Any]:
        """Return the parameters of the notice."""
        return {
            "action": "publish" if kind == "begin" else "publish_done", "ip": pushed.peer, "id": pushed.stream,
            "app": "push.example.com", "appname": pushed.app, "time": str(int(self.stage.clock.now())),
            "usrargs": pushed.query, "node": "cdnvideocenter192000002007.cm3",
            **({"height": "720", "width": "1280"} if kind == "begin" else {}),
        }  # fmt: skip

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Sign a notice anew with every try, well or with a fault."""
        name = fault.name if fault is not None else ""
        time = int(self.stage.clock.now()) - (_HOUR if name == "timestamp" else 0)
        key = "another key" if name == "signature" else self.keys.callback
        signed = hashlib.md5(f"push.example.com|{time}|{key}".encode(), usedforsecurity=False).hexdigest()
        stamp = time + 1 if name == "body" else time
        headers = {"ALI-LIVE-TIMESTAMP": str(stamp), "ALI-LIVE-SIGNATURE": signed}
        if name == "unsigned":
            del headers["ALI-LIVE-SIGNATURE"]
        return Letter(b"", headers, method="GET", query=urlencode(notice.content))
