"""Counters of the daemon for Prometheus."""

from collections import Counter

from runtime.streaming.listener import Listener
from runtime.streaming.stage import Stage

_HELP = {
    "shopwright_live_answers_total": ("counter", "Answers by class of status."),
    "shopwright_live_bytes_total": ("counter", "Bytes of bodies sent to viewers."),
    "shopwright_live_publishers": ("gauge", "Publishers whose pictures come."),
    "shopwright_live_broadcasts": ("gauge", "Broadcasts on the air, without those that are over."),
    "shopwright_live_alerts": ("gauge", "Broadcasts by what is wrong with them."),
    "shopwright_live_rtmp_connections": ("gauge", "Open connections of the RTMP listener."),
    "shopwright_live_rtmp_turned_away_total": ("counter", "Connections that there was no room for."),
}
_ALERTS = ("disk", "takeovers", "too-much")


class Figures:
    """What this process counts."""

    def __init__(self, stage: Stage, listener: Listener | None) -> None:
        self._stage = stage
        self._listener = listener
        self._answers: Counter[int] = Counter()
        self._bytes = 0

    def answered(self, status: int, size: int) -> None:
        """Count an answer."""
        self._answers[status // 100] += 1
        self._bytes += size

    def text(self) -> str:
        """Return all figures."""
        channels = [each for each in self._stage.channels.values() if not each.window.ended]
        values: dict[str, list[tuple[str, int]]] = {
            "shopwright_live_answers_total": [(f'{{status="{n}xx"}}', self._answers[n]) for n in (2, 3, 4, 5)],
            "shopwright_live_bytes_total": [("", self._bytes)],
            "shopwright_live_publishers": [("", sum(each.flowing for each in channels))],
            "shopwright_live_broadcasts": [("", len(channels))],
            "shopwright_live_alerts": [
                (f'{{kind="{kind}"}}', sum(kind in each.alerts for each in channels)) for kind in _ALERTS
            ],
            "shopwright_live_rtmp_connections": [("", len(self._listener) if self._listener else 0)],
            "shopwright_live_rtmp_turned_away_total": [("", self._listener.turned_away if self._listener else 0)],
        }
        lines: list[str] = []
        for name, found in values.items():
            kind, about = _HELP[name]
            lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
            lines += [f"{name}{labels} {value}" for labels, value in found]
        return "\n".join(lines) + "\n"
