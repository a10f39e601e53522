"""Hostile bytes for every reader of live media: RTMP, AMF0, browser packets, fragmented MP4, and the segmenter behind.

``python benchmarks/fuzz_broadcast.py [--seconds 60] [--cases N] [--seed 0] [--target rtmp|packets|fragments|amf]``. A
case is a recorded conversation changed in one to nine places and cut anywhere; its seed makes the same bytes again. A
reader may raise ProtocolError and nothing else, may keep 48 MiB and no more, and a case may take two seconds of CPU.
Ends with the seed of the first case that failed, or with how many there were, how fast, and how much memory was used.
"""

import argparse
import resource
import signal
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests" / "runtime" / "broadcast")]

import media_mutations  # noqa: E402  found by the line above

LONGEST = 2


class HangError(Exception):
    """A case took too long."""


def too_long(*_: object) -> None:
    """Stop a case."""
    raise HangError


def main() -> int:
    """Run cases until the time or their number is up; return 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cases", type=int, default=0, help="of every reader; 0: as many as there is time for")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", choices=list(media_mutations.TARGETS), action="append")
    told = parser.parse_args()
    targets = told.target or list(media_mutations.TARGETS)
    signal.signal(signal.SIGPROF, too_long)
    counts, begun, seed = dict.fromkeys(targets, 0), time.monotonic(), told.seed
    slowest = 0.0
    while time.monotonic() - begun < told.seconds and (not told.cases or seed - told.seed < told.cases):
        for target in targets:
            started = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, LONGEST)
            try:
                media_mutations.run(target, seed)
            except Exception as error:  # noqa: BLE001  whatever it is, it is what this looks for
                print(f"FAILED {target} seed {seed}: {type(error).__name__}: {error}")
                return 1
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            slowest = max(slowest, time.process_time() - started)
            counts[target] += 1
        seed += 1
    took = time.monotonic() - begun
    total = sum(counts.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{total} cases in {took:.0f} s ({total / took:.0f} a second): "
        + ", ".join(f"{n} {t}" for t, n in counts.items())
    )
    print(f"nothing but ProtocolError; slowest case {slowest * 1000:.0f} ms, {memory:.0f} MiB at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
