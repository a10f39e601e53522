"""A process that waits for the word and takes one step of a broadcast. Started by tests."""

import sys
from pathlib import Path

from tills import NOW, make_settings

from runtime import database
from runtime.live import broadcasts
from runtime.refusals import Refusal


def main():
    folder, address, step, identity = sys.argv[1:]
    store = database.open(make_settings(Path(folder), address))
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        if step == "arm":
            done = broadcasts.arm(store, "tea", by="racer", now=NOW)
        elif step == "begin":
            done = broadcasts.begin(store, int(identity), NOW)
        else:
            done = broadcasts.end(store, int(identity), "host", NOW)
    except Refusal:
        done = None
    print("won" if done else "lost", flush=True)
    store.close()


main()
