"""An encoder's side of RTMP without sockets: what OBS and ffmpeg would send, byte for byte under the test's hand."""

from runtime.broadcast import PublishWanted, RtmpLimits, RtmpSession, amf, chunks
from runtime.broadcast.chunks import ChunkLimits, ChunkReader, Message

AUDIO, VIDEO, DATA, COMMAND = 8, 9, 18, 20
LANES = {AUDIO: 4, VIDEO: 6, DATA: 5, COMMAND: 3}
HELLO = b"\x03" + bytes(1536)
ECHO = bytes(1536)


def command(*values, stream=0):
    return chunks.write(3, Message(COMMAND, stream, 0, amf.encode(*values)))


def connect(app="live", agent="FMLE/3.0 (compatible; FMSc/1.0)"):
    return command("connect", 1, {"app": app, "type": "nonprivate", "flashVer": agent})


def publish(key):
    return command("publish", 5, None, key, "live", stream=1)


def media(kind, time, body, size=128):
    return chunks.write(LANES[kind], Message(kind, 1, time, body), size)


def begin(key="a-secret-key", *, app="live", now=0.0, limits=None):
    """Return a session that waits for the answer to its key, and all events so far."""
    session = RtmpSession(limits or RtmpLimits(), now)
    events = session.receive(HELLO, now) + session.receive(ECHO + connect(app), now)
    events += session.receive(command("releaseStream", 2, None, key) + command("FCPublish", 3, None, key), now)
    events += session.receive(command("createStream", 4, None), now)
    events += session.receive(publish(key), now)
    return session, events


def live(key="a-secret-key", **told):
    """Return a session whose publisher may send."""
    session, events = begin(key, **told)
    assert isinstance(events[-1], PublishWanted)
    session.accept()
    session.send()
    return session


def answers(data, *, greeting=True):
    """Read what a server sent: its commands, and the other messages as (kind, data)."""
    reader = ChunkReader(ChunkLimits())
    # What comes after the greeting is in chunks of the size that the greeting told.
    list(reader.feed(b"" if greeting else chunks.write(2, Message(chunks.SET_CHUNK_SIZE, 0, 0, b"\0\0\x10\0"))))
    messages = list(reader.feed(data[3073:] if greeting else data))
    told = [amf.decode(message.data) for message in messages if message.kind == COMMAND]
    return told, [(message.kind, message.data) for message in messages if message.kind != COMMAND]
