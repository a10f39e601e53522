"""What both networks do: keys, publishers who come and go, and the question whether an address may be played."""

import itertools
import secrets
import threading
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from flask import Flask, Response, request

from runtime.simulators.control import ActionError
from runtime.simulators.stage import Stage

_PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n1.ts\n"


class Keys(msgspec.Struct, frozen=True):
    """What a merchant copies from the console of a network."""

    push: str
    play: str
    callback: str


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """A publisher who is let in."""

    session: str
    app: str
    stream: str
    peer: str
    query: str
    since: float


class Network:
    """A network at work; who pushes now is in its memory, its keys are in its folder."""

    name = ""
    retry_plan: tuple[float, ...] = ()

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        path = stage.folder / f"{self.name}.json"
        if not path.exists():
            path.touch(0o600)
            path.write_bytes(msgspec.json.encode(Keys(*(secrets.token_hex(16) for _ in Keys.__struct_fields__))))
        self.keys = msgspec.json.decode(path.read_bytes(), type=Keys)
        self._pushed: dict[str, Pushed] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(secrets.randbelow(10**9) + 10**9)

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do: push, stop, and pushing, which says who pushes."""
        return {"push": self._push, "stop": self._stop, "pushing": lambda _: sorted(self._pushed)}

    def application(self) -> Flask:
        """Return the side that viewers ask."""
        app = Flask("runtime.simulators.live", static_folder=None)
        app.add_url_rule("/<app>/<file>", view_func=self._play)
        return app

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for."""
        del method, path
        return "play"

    def accepted(self, status: int, body: bytes) -> bool:
        """Tell whether the shop took a notice."""
        del body
        return status == 200  # noqa: PLR2004  nothing else counts

    def tick(self) -> None:
        """Time brings nothing."""

    def settings(self) -> str:
        """Return lines to paste."""
        return "\n".join(
            (
                "# shop.yaml",
                "live:",
                "  cdn:",
                f"    provider: {self.name.partition('-')[0]}",
                "    push: push.example.com",
                "    play: live.example.com",
                "    push_key: LIVE_PUSH_KEY",
                "    play_key: LIVE_PLAY_KEY",
                "    callback_key: LIVE_CALLBACK_KEY",
                "# var/secrets.env",
                f"LIVE_PUSH_KEY={self.keys.push}",
                f"LIVE_PLAY_KEY={self.keys.play}",
                f"LIVE_CALLBACK_KEY={self.keys.callback}",
            )
        )

    @abstractmethod
    def why_refused(self, address: SplitResult, stream: str, key: str) -> str:
        """Return why an address is refused, as this network checks it; empty for a good one."""

    @abstractmethod
    def told(self, pushed: Pushed, kind: str) -> dict[str, Any]:
        """Return what is told when a publisher came (begin) or left (end)."""

    def _push(self, values: dict[str, Any]) -> dict[str, str]:
        address = urlsplit(str(values.get("address", "")))
        app, _, stream = address.path.strip("/").rpartition("/")
        if address.scheme not in {"rtmp", "rtmps"} or not app or not stream:
            raise ActionError("this is no address to push to")
        why = self.why_refused(address, stream, self.keys.push)
        if why:
            raise ActionError(f"403: {why}")
        now = self.stage.clock.now()
        peer = str(values.get("peer", "203.0.113.9"))
        session = f"{next(self._numbers)}{secrets.randbelow(10**9):09d}"
        made = Pushed(session=session, app=app, stream=stream, peer=peer, query=address.query, since=now)
        with self._lock:
            self._pushed[session] = made
        self.stage.post("begin", stream, self.stage.notify, self.told(made, "begin"))
        return {"session": session}

    def _stop(self, values: dict[str, Any]) -> dict[str, str]:
        with self._lock:
            found = self._pushed.pop(str(values.get("session", "")), None)
        if found is None:
            raise ActionError("nobody pushes with this session")
        self.stage.post("end", found.stream, self.stage.notify, self.told(found, "end"))
        return {}

    def _play(self, app: str, file: str) -> Response:
        stream, _, ending = file.rpartition(".")
        why = self.why_refused(urlsplit(request.full_path.rstrip("?")), stream, self.keys.play)
        if why:
            return Response(why, 403)
        if not any((each.app, each.stream) == (app, stream) for each in self._pushed.values()):
            return Response("no such stream", 404)
        kind = "application/vnd.apple.mpegurl" if ending == "m3u8" else "video/x-flv"
        return Response(_PLAYLIST if ending == "m3u8" else b"FLV", mimetype=kind)
