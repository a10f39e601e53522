"""Publishers as people have them reach viewers: ffmpeg and GStreamer over RTMP, fetched by ffmpeg over HLS."""

import json
import re
import subprocess

import pytest
from air import AS_IT_IS, FFMPEG, ROOM, need
from simulated import until

PUBLISHERS = {
    "rtmpsink": "librtmp, as OBS has it",
    "rtmp2sink": "GStreamer's own",
}


def watch(daemon, stream, name="index.m3u8", seconds=3):
    """Read a stream with ffmpeg for some seconds and return the streams that it found and its complaints."""
    address = f"http://127.0.0.1:{daemon.port}/live/{ROOM}/{stream}/{name}"
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-read_intervals", f"%+{seconds}", "-show_entries",
         "stream=codec_name,width,height,sample_rate", "-of", "json", address],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-live_start_index", "0", "-t", str(seconds), "-i", address, *AS_IT_IS,
         "-f", "null", "-"],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(found.stdout)["streams"], decoded.stderr.decode()


def test_what_ffmpeg_sends_is_played_by_ffmpeg(on_air):
    daemon = on_air()
    broadcast, key = daemon.arm()
    daemon.ffmpeg(key)
    first = until(lambda: (found := daemon.get(f"/live/{ROOM}/1/ll.m3u8")).status == 200 and found)
    assert first.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert until(lambda: daemon.broadcast(broadcast.id).state == "live")
    streams, complaints = watch(daemon, "1")
    assert sorted(each["codec_name"] for each in streams) == ["aac", "h264"]
    assert complaints == ""


@pytest.mark.parametrize("sink", PUBLISHERS)
def test_what_gstreamer_sends_is_played_by_ffmpeg(on_air, sink):
    need("gst-launch-1.0")
    daemon = on_air()
    broadcast, key = daemon.arm()
    place = daemon.address(key) + (" live=1" if sink == "rtmpsink" else "")
    daemon.run(
        ["gst-launch-1.0", "-q", "flvmux", "streamable=true", "name=mux", "!", sink, f"location={place}",
         "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=25/1", "!",
         "x264enc", "tune=zerolatency", "speed-preset=ultrafast", "key-int-max=25", "bitrate=300", "!",
         "h264parse", "!", "mux.",
         "audiotestsrc", "is-live=true", "!", "audio/x-raw,rate=44100,channels=2", "!", "voaacenc", "!", "mux."]
    )  # fmt: skip
    assert until(lambda: daemon.broadcast(broadcast.id).state == "live"), daemon.said()
    streams, complaints = watch(daemon, "1")
    assert sorted(each["codec_name"] for each in streams) == ["aac", "h264"], daemon.said()
    assert complaints == ""


def test_segments_and_parts_are_for_ever_and_playlists_for_a_moment(on_air):
    daemon = on_air()
    _, key = daemon.arm()
    daemon.ffmpeg(key)
    base = f"/live/{ROOM}/1"
    playlist = until(lambda: (found := daemon.get(f"{base}/ll.m3u8").text).count("#EXTINF") > 1 and found)
    segment = re.search(r"^(\d+)\.m4s$", playlist, re.MULTILINE)[1]
    part, init = re.search(r'URI="(\d+\.\d+\.m4s)"', playlist)[1], re.search(r'MAP:URI="(.+?)"', playlist)[1]
    for name in (f"{segment}.m4s", part, init):
        found = daemon.get(f"{base}/{name}")
        assert (found.status, found.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert daemon.get(f"{base}/index.m3u8").headers["Cache-Control"] == "public, max-age=1"
    newest = int(re.findall(r"^(\d+)\.m4s$", playlist, re.MULTILINE)[-1])
    blocked = daemon.get(f"{base}/ll.m3u8?_HLS_msn={newest + 2}&_HLS_part=0")
    assert f'URI="{newest + 2}.0.m4s"' in blocked.text
    assert blocked.headers["Cache-Control"] == "public, max-age=6"
    assert daemon.get(f"{base}/ll.m3u8?_HLS_msn={newest + 99}").status == 400
    assert daemon.get(f"{base}/99999.m4s").status == 404


def test_with_a_certificate_nobody_on_the_way_reads_the_key(on_air, tmp_path):
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    given = {
        "SHOPWRIGHT_RTMP_CERTIFICATE": str(tmp_path / "certificate.pem"),
        "SHOPWRIGHT_RTMP_CERTIFICATE_KEY": str(tmp_path / "key.pem"),
    }
    daemon = on_air(environment=given)
    broadcast, key = daemon.arm()
    plain = daemon.ffmpeg(key)
    assert until(plain.poll) != 0
    daemon.run([*FFMPEG, "-f", "flv", daemon.address(key).replace("rtmp:", "rtmps:")])
    assert until(lambda: daemon.broadcast(broadcast.id).state == "live"), daemon.said()
