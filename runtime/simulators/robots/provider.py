"""Three robots behind one address; the control port's action ``said`` returns what the group read.

Error codes are those of developer.work.weixin.qq.com/document/path/90313, open.dingtalk.com (custom robots) and
open.feishu.cn (custom bots).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Flask, Response, request

from runtime.simulators.records import Fault, Notice
from runtime.simulators.stage import Letter, Stage

_HOUR = 3600
_PACE = 20
"""Messages a minute that a group stands."""


class Keys(msgspec.Struct, frozen=True):
    """What a group's administrator would copy: tokens and signing secrets."""

    wecom: str
    dingtalk: str
    dingtalk_secret: str
    feishu: str
    feishu_secret: str


class Robots:
    """The robots of one group each."""

    name = "robots"
    retry_plan: tuple[float, ...] = ()

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.keys = _keys(stage)
        self._said: list[dict[str, Any]] = []
        self._times: dict[str, list[float]] = {}

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do: said."""
        return {"said": lambda _: self._said}

    def application(self) -> Flask:
        """Return the robots' interface."""
        app = Flask("runtime.simulators.robots", static_folder=None)
        app.add_url_rule("/cgi-bin/webhook/send", view_func=self._wecom, methods=["POST"])
        app.add_url_rule("/robot/send", view_func=self._dingtalk, methods=["POST"])
        app.add_url_rule("/open-apis/bot/v2/hook/<token>", view_func=self._feishu, methods=["POST"])
        return app

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for."""
        del method
        return {"/cgi-bin": "wecom", "/robot/": "dingtalk"}.get(path[:8], "feishu")

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Robots send no notices."""
        del notice, fault
        return Letter(b"", {})

    def accepted(self, status: int, body: bytes) -> bool:
        """Robots send no notices."""
        del status, body
        return True

    def tick(self) -> None:
        """Time brings nothing."""

    def settings(self) -> str:
        """Return lines to paste."""
        base, keys = self._stage.address, self.keys
        return (
            "messages:\n  hooks:\n"
            "    - {id: wecom, kind: wecom, address: WECOM_ROBOT}\n"
            "    - {id: dingtalk, kind: dingtalk, address: DINGTALK_ROBOT, secret: DINGTALK_SECRET}\n"
            "    - {id: feishu, kind: feishu, address: FEISHU_ROBOT, secret: FEISHU_SECRET}\n"
            f"WECOM_ROBOT={base}/cgi-bin/webhook/send?key={keys.wecom}\n"
            f"DINGTALK_ROBOT={base}/robot/send?access_token={keys.dingtalk}\n"
            f"DINGTALK_SECRET={keys.dingtalk_secret}\n"
            f"FEISHU_ROBOT={base}/open-apis/bot/v2/hook/{keys.feishu}\n"
            f"FEISHU_SECRET={keys.feishu_secret}"
        )

    def _wecom(self) -> Response:
        if not _same(request.args.get("key", ""), self.keys.wecom):
            return _json({"errcode": 93000, "errmsg": "invalid webhook url"})
        body = _body()
        text = body.get(str(body.get("msgtype")), {}).get("content") if body.get("msgtype") in _TYPES else None
        if not text:
            return _json({"errcode": 40008, "errmsg": "invalid message type"})
        if not self._has_time("wecom"):
            return _json({"errcode": 45009, "errmsg": "api freq out of limit"})
        return self._take("wecom", str(text), {"errcode": 0, "errmsg": "ok"})

    def _dingtalk(self) -> Response:
        if not _same(request.args.get("access_token", ""), self.keys.dingtalk):
            return _json({"errcode": 300005, "errmsg": "token is not exist"})
        at, secret = request.args.get("timestamp", ""), self.keys.dingtalk_secret
        if not at.isdigit() or abs(int(at) / 1000 - self._stage.clock.now()) > _HOUR:
            return _json({"errcode": 310000, "errmsg": "invalid timestamp"})
        signed = base64.b64encode(hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256)).decode()
        if not _same(request.args.get("sign", ""), signed):
            return _json({"errcode": 310000, "errmsg": "sign not match"})
        body = _body()
        kind = str(body.get("msgtype"))
        said = body.get(kind, {}) if kind in _TYPES else {}
        text = said.get("text") if kind == "markdown" else said.get("content")
        if not text or (kind == "markdown" and not said.get("title")):
            return _json({"errcode": 400101, "errmsg": "invalid parameter"})
        if not self._has_time("dingtalk"):
            return _json({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
        return self._take("dingtalk", str(text), {"errcode": 0, "errmsg": "ok"})

    def _feishu(self, token: str) -> Response:
        if not _same(token, self.keys.feishu):
            return _json({"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        body = _body()
        at = str(body.get("timestamp", ""))
        key = f"{at}\n{self.keys.feishu_secret}".encode()
        signed = base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()
        late = not at.isdigit() or abs(int(at) - self._stage.clock.now()) > _HOUR
        if late or not _same(str(body.get("sign", "")), signed):
            return _json(
                {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
            )
        text = body.get("content", {}).get("text") if body.get("msg_type") == "text" else None
        if not text:
            return _json({"code": 9499, "msg": "Bad Request"})
        if not self._has_time("feishu"):
            return _json({"code": 11232, "msg": "frequency limited"})
        return self._take(
            "feishu", str(text), {"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}
        )

    def _has_time(self, robot: str) -> bool:
        now = self._stage.clock.now()
        times = [each for each in self._times.get(robot, []) if each > now - 60]
        self._times[robot] = [*times, now]
        return len(times) < _PACE

    def _take(self, robot: str, text: str, answer: dict[str, Any]) -> Response:
        self._said.append({"robot": robot, "text": text})
        return _json(answer)


_TYPES = {"text", "markdown"}


def _keys(stage: Stage) -> Keys:
    """Return the keys of the folder, made at the first start."""
    path = stage.folder / "robots.json"
    if not path.exists():
        path.touch(0o600)
        path.write_bytes(msgspec.json.encode(Keys(*(secrets.token_hex(24) for _ in Keys.__struct_fields__))))
    return msgspec.json.decode(path.read_bytes(), type=Keys)


def _body() -> dict[str, Any]:
    try:
        return msgspec.json.decode(request.get_data(), type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _json(data: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(data), mimetype="application/json")
