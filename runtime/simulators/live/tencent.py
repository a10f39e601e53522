"""Tencent Cloud CSS: txSecret and txTime in addresses, notices as JSON with sign and t, sent twelve times more.

cloud.tencent.com/document/product/267: 32735 (addresses), 47025 (notices), 32744 (retries).
"""

import hashlib
from typing import Any
from urllib.parse import SplitResult, parse_qs

import msgspec

from runtime.simulators.live.network import Network, Pushed
from runtime.simulators.records import Fault, Notice
from runtime.simulators.stage import Letter

_GOOD_FOR = 600


class Tencent(Network):
    """The network."""

    name = "tencent-live"
    retry_plan = (60.0,) * 12

    def why_refused(self, address: SplitResult, stream: str, key: str) -> str:
        """Check MD5(key + stream + txTime) and the time."""
        query = parse_qs(address.query)
        secret, time = (query.get(name, [""])[0] for name in ("txSecret", "txTime"))
        try:
            until = int(time, 16)
        except ValueError:
            return "txTime is missing"
        if hashlib.md5(f"{key}{stream}{time}".encode(), usedforsecurity=False).hexdigest() != secret:
            return "txSecret is wrong"
        return "" if until > self.stage.clock.now() else "txTime is over"

    def told(self, pushed: Pushed, kind: str) -> dict[str, Any]:
        """Return the notice without its signature; both of one push have the same sequence."""
        now = int(self.stage.clock.now())
        common = {
            "app": "push.example.com", "appid": 1250000000, "appname": pushed.app, "channel_id": pushed.stream,
            "errcode": 0, "errmsg": "ok", "event_time": now, "event_type": 1 if kind == "begin" else 0, "idc_id": 34,
            "node": "192.0.2.7", "sequence": pushed.session, "set_id": 2, "stream_id": pushed.stream,
            "stream_param": pushed.query, "user_ip": pushed.peer, "height": 720, "width": 1280,
        }  # fmt: skip
        if kind == "end":
            lasted = str(int((self.stage.clock.now() - pushed.since) * 1000))
            common |= {"errcode": 1, "errmsg": "The push client actively stopped the push", "push_duration": lasted}
        return common

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Sign a notice anew with every try, well or with a fault."""
        name = fault.name if fault is not None else ""
        until = int(self.stage.clock.now()) + (-1 if name == "timestamp" else _GOOD_FOR)
        key = "another key" if name == "signature" else self.keys.callback
        sign = hashlib.md5(f"{key}{until}".encode(), usedforsecurity=False).hexdigest()
        content = {**notice.content, "t": until + 1 if name == "body" else until, "sign": sign}
        if name == "unsigned":
            del content["sign"]
        return Letter(msgspec.json.encode(content), {"Content-Type": "application/json"})
