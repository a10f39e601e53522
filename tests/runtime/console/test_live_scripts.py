"""What the studio's scripts decide, without a browser: what is sent, sent again, left out, and how fast (L10)."""

import base64
import re

import pytest
from scripts import TIME, run

from runtime.broadcast import Kind, Media, TrackChanged
from runtime.broadcast.packets import Packets
from runtime.console import assets, words

UPLINK = (
    """
import { Uplink, Closed } from "./uplink.js";
"""
    + TIME
    + """
const text = (body) => new TextDecoder().decode(body).replace("SWP1", "");
const bytes = (name) => new TextEncoder().encode(`${name} `);
const sent = [], heard = [];
let answers = [];
const send = async (number, body) => {
  sent.push([number, text(body).trim()]);
  const answer = answers.shift() ?? 200;
  if (answer === "slow") { await wait(8000); return { status: 0 }; }
  return typeof answer === "number" ? { status: answer } : answer;
};
const tell = (what) => { heard.push(what); };
const make = (more = {}) => {
  const made = new Uplink({ send, clock, wait, tell, ...more });
  made.ended = made.run().then(() => "stopped", (error) => (error instanceof Closed ? error.why : String(error)));
  return made;
};
const frame = (up, name, key = false) => up.add(bytes(name), { key });
"""
)


@pytest.fixture
def uplink(tmp_path):
    """Run a story with an uplink; return what it sent and what it said."""

    def story(text):
        ending = "\nconsole.log(JSON.stringify({ sent, heard, figures: up.figures, closed }));\n"
        return run(UPLINK + "let closed = null;\n" + text + ending, tmp_path)

    return story


class TestTheWayUp:
    def test_a_session_begins_with_its_configurations_and_a_key_frame(self, uplink):
        told = uplink("""
            const up = make({ awaited: [1, 2] });
            frame(up, "early", true); up.configure(1, bytes("picture")); frame(up, "early", true); await pass(500);
            up.configure(2, bytes("sound")); frame(up, "late"); frame(up, "K1", true); frame(up, "f2"); await pass(500);
        """)
        assert told["sent"] == [[0, "picture sound K1 f2"]]
        assert told["heard"] == ["begin", "sent"]

    def test_what_comes_within_a_quarter_of_a_second_leaves_together_and_in_its_order(self, uplink):
        told = uplink("""
            const up = make();
            for (let at = 0; at < 10; at += 1) { frame(up, `f${at}`, at === 0); await pass(100); }
            await pass(500);
        """)
        assert told["sent"] == [[0, "f0"], [1, "f1 f2"], [2, "f3 f4"], [3, "f5 f6 f7"], [4, "f8 f9"]]

    def test_what_got_lost_is_sent_again_under_its_number(self, uplink):
        told = uplink("""
            const up = make(); answers = [200, { status: 0 }, 503, 200];
            frame(up, "a", true); await pass(300); frame(up, "b"); await pass(3000); frame(up, "c"); await pass(300);
        """)
        assert told["sent"] == [[0, "a"], [1, "b"], [1, "b"], [1, "b"], [2, "c"]]
        assert told["heard"] == ["sent", "lost", "back", "sent", "sent"]

    def test_what_arrived_though_no_answer_came_is_not_sent_twice_under_two_numbers(self, uplink):
        told = uplink("""
            const up = make(); answers = [200, { status: 0 }, { status: 409, expect: 2 }];
            frame(up, "a", true); await pass(300); frame(up, "b"); await pass(1000); frame(up, "c"); await pass(300);
        """)
        assert told["sent"] == [[0, "a"], [1, "b"], [1, "b"], [2, "c"]]

    def test_a_server_that_forgot_the_session_gets_it_anew_from_a_key_frame(self, uplink):
        told = uplink("""
            const up = make({ awaited: [1] }); up.configure(1, bytes("picture"));
            answers = [200, { status: 409, expect: 0 }];
            frame(up, "K", true); await pass(300); frame(up, "f"); await pass(300);
            frame(up, "f"); frame(up, "K2", true); frame(up, "f2"); await pass(300);
        """)
        assert told["sent"] == [[0, "picture K"], [1, "f"], [0, "picture K2 f2"]]
        assert told["figures"]["lost"] == 2
        assert "resync" in told["heard"]

    def test_after_five_seconds_only_the_newest_key_frame_on_is_sent_and_the_doubtful_number_is_filled(self, uplink):
        told = uplink("""
            const up = make({ awaited: [1] }); up.configure(1, bytes("picture")); answers = [200, "slow"];
            frame(up, "K", true); await pass(300); frame(up, "old"); await pass(400);
            for (const each of ["x", "K2", "y", "K3", "z"]) { frame(up, each, each.startsWith("K")); await pass(1000); }
            await pass(9000);
        """)
        assert told["sent"] == [[0, "picture K"], [1, "old"], [1, ""], [2, "picture K3 z"]]
        assert told["figures"]["lost"] == 4

    def test_a_ticket_that_is_over_is_replaced_and_nothing_is_lost(self, uplink):
        told = uplink("""
            const up = make(); answers = [200, 401, 200];
            frame(up, "a", true); await pass(300); frame(up, "b"); await pass(300);
        """)
        assert told["sent"] == [[0, "a"], [1, "b"], [1, "b"]]
        assert told["heard"] == ["sent", "ticket", "sent"]
        assert told["figures"]["lost"] == 0

    @pytest.mark.parametrize("answers", [[401, 401], [400], [413]])
    def test_what_ends_a_session_and_not_the_broadcast_begins_another_one(self, uplink, answers):
        told = uplink(f"""
            const up = make({{ awaited: [1] }}); up.configure(1, bytes("picture")); answers = [200, ...{answers}];
            frame(up, "K", true); await pass(300); frame(up, "f"); await pass(300);
            frame(up, "K2", true); await pass(300);
        """)
        assert told["sent"][-1] == [0, "picture K2"]
        assert told["heard"].count("session") == 1

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ('{ status: 410, error: "over" }', "over"),
            ('{ status: 410, error: "taken_over" }', "taken"),
            ("403", "refused"),
        ],
    )
    def test_a_broadcast_that_is_over_or_somebody_elses_gets_nothing_more(self, uplink, answer, why):
        told = uplink(f"""
            const up = make(); answers = [{answer}];
            frame(up, "a", true); await pass(300); frame(up, "b"); await pass(2000); closed = await up.ended;
        """)
        assert (told["sent"], told["closed"]) == ([[0, "a"]], why)

    def test_recorded_bytes_hang_together_so_after_a_gap_they_end(self, uplink):
        told = uplink("""
            const up = make({ plain: true }); answers = [200, { status: 409, expect: 0 }];
            frame(up, "head"); await pass(300); frame(up, "a"); await pass(300); frame(up, "b"); await pass(600);
            closed = await up.ended;
        """)
        assert (told["sent"], told["closed"]) == ([[0, "head"], [1, "a"]], "stopped")


class TestBatches:
    def test_what_the_browser_writes_is_what_the_server_reads(self, tmp_path):
        body = run(
            """
            import { joined, record, soundConfig, SOUND } from "./packets.js";
            const body = joined([
              soundConfig("opus", 1, 48000),
              record(SOUND, { at: 20_000, data: Uint8Array.from([0xf8, 0xff, 0xfe]) }),
              record(SOUND, { at: 40_000, data: Uint8Array.from([0xf8, 0xff, 0xfe]) }),
            ]);
            console.log(JSON.stringify(Buffer.from(body).toString("base64")));
            """,
            tmp_path,
        )
        changed, media = Packets().read(base64.b64decode(body))
        assert isinstance(changed, TrackChanged)
        assert isinstance(media, Media)
        assert [(track.kind, track.codec, track.channels) for track in changed.tracks] == [(Kind.AUDIO, "opus", 1)]
        assert [(each.pts, each.data) for each in media.samples] == [(960, b"\xf8\xff\xfe"), (1920, b"\xf8\xff\xfe")]


class TestTheRate:
    def test_it_falls_when_what_is_sent_waits_and_rises_after_eight_calm_seconds(self, tmp_path):
        told = run(
            """
            import { Rate } from "./rate.js";
            const rate = new Rate({ most: 2_000_000 });
            const seen = [];
            for (let at = 0; at < 6000; at += 1000) seen.push(rate.note(at < 5000 ? 1500 : 100, at));
            const risen = [];
            for (let at = 6000; at <= 30000; at += 1000) if (rate.note(100, at) !== null) risen.push([at, rate.now]);
            console.log(JSON.stringify({ seen, risen }));
            """,
            tmp_path,
        )
        assert told["seen"] == [1_400_000, None, 980_000, None, 686_000, None]
        assert told["risen"] == [[12000, 823_200], [20000, 987_840], [28000, 1_185_408]]

    def test_it_stays_between_what_still_shows_something_and_what_is_allowed(self, tmp_path):
        told = run(
            """
            import { Rate } from "./rate.js";
            const rate = new Rate({ most: 400_000 });
            for (let at = 0; at < 40000; at += 1000) rate.note(5000, at);
            const low = rate.now;
            for (let at = 40000; at < 200000; at += 1000) rate.note(0, at);
            console.log(JSON.stringify([low, rate.now, rate.limit(300_000, 200000), rate.shrink(201000)]));
            """,
            tmp_path,
        )
        assert told == [250_000, 400_000, 300_000, 250_000]

    def test_a_connection_is_called_by_what_its_host_should_know(self, tmp_path):
        told = run(
            """
            import { level } from "./rate.js";
            console.log(JSON.stringify([
              level({ down: true, waits: 0 }), level({ waits: 3000 }), level({ waits: 100, recentlyLost: true }),
              level({ waits: 1200 }), level({ waits: 300 }),
            ]));
            """,
            tmp_path,
        )
        assert told == ["lost", "poor", "poor", "fair", "good"]


class TestTheDelay:
    PLAYLIST = """#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500
#EXT-X-PART-INF:PART-TARGET=0.500
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T12:00:00.000Z
#EXTINF:2.000,
4.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T12:00:02.000Z
#EXT-X-PART:DURATION=0.500,URI="5.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.480,URI="5.1.m4s"
"""

    def test_it_is_what_waits_here_and_what_players_hold_back_and_grows_while_nothing_new_comes(self, tmp_path):
        script = f"""
            import {{ behind, edge }} from "./delay.js";
            const found = edge({self.PLAYLIST!r});
            const now = Date.parse("2026-11-23T12:00:03.200Z");
            const seconds = [behind(found, now, 300), behind(found, now + 4000, 0)];
            console.log(JSON.stringify([found.at, found.hold, edge(""), ...seconds]));
        """
        at, hold, nothing, usual, stalled = run(script, tmp_path)
        assert (at, hold, nothing) == (1795435202980, 1.5, None)
        assert (round(usual, 3), round(stalled, 3)) == (1.8, 4.72)


class TestTheGraph:
    def test_a_minute_without_viewers_is_a_minute_with_none(self, tmp_path):
        told = run(
            """
            import { drawn, filled } from "./graph.js";
            const values = filled([[60, 3], [240, 10]]);
            console.log(JSON.stringify([values, drawn(values).line, drawn([]).line]));
            """,
            tmp_path,
        )
        assert told == [[3, 0, 0, 10], "M0.0,54.0L100.0,72.0L200.0,72.0L300.0,12.0", ""]


def test_every_word_of_the_studio_is_there_in_every_language():
    known = words.catalogues()
    zh, en, de = ({key for key in known[name] if key.startswith("live.")} for name in words.LANGUAGES)
    assert {key for key in zh ^ en if not key.endswith(".one")} == set()
    assert en ^ de == set()


def test_every_word_that_a_script_says_exists():
    known = set(words.scripts("en", "live")) | {key.rpartition(".")[0] for key in words.scripts("en", "live")}
    said = {
        found
        for each in (assets.FOLDER / "live").glob("*.js")
        if each.name != "worker.js"
        for found in re.findall(r'\bsay\("([a-z_.]+)"', each.read_text("utf-8"))
    }
    assert said - known == set()
    assert len(said) > 30
