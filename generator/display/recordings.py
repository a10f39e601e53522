"""Replays of live rooms as their pages show them."""

from generator.display.edition import Edition
from generator.replays import Chapter, Replay
from generator.shop import LiveRoom
from generator.views import ChapterView, ReplayView


def view(edition: Edition, room: LiveRoom, found: Replay) -> ReplayView:
    """Return a replay with its chapters; those of products that the shop has no longer are left out."""
    base = f"/live/{room.handle}/{found.stream}"
    sold = edition.shop.products
    return ReplayView(
        began=found.began,
        ended=found.ended,
        duration=found.duration // 1000,
        length=clock(found.duration // 1000),
        hls=f"{base}/vod.m3u8",
        chapters_url=f"{base}/chapters.vtt",
        movie=f"{base}/replay.mp4" if found.movie else "",
        chapters=tuple(_chapter(edition, room, each) for each in found.chapters if each.product in sold),
    )


def _chapter(edition: Edition, room: LiveRoom, found: Chapter) -> ChapterView:
    start = found.start // 1000
    return ChapterView(
        start=start,
        end=max(start + 1, found.end // 1000),
        time=clock(start),
        number=found.number,
        title=edition.text(edition.shop.products[found.product].title),
        url=f"{edition.url('live', room.handle)}?t={start}",
    )


def clock(seconds: int) -> str:
    """Write a place in a recording as players do: ``1:05`` or ``1:01:05``."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
