"""A program that stops before it does anything, until somebody lets it go on: ``mortal.py FILE …``."""

import ctypes
import os
import runpy
import signal
import sys

_SET_PTRACER, _ANYBODY = 0x59616D61, ctypes.c_ulong(-1)

if __name__ == "__main__":
    del sys.argv[0]
    ctypes.CDLL(None).prctl(_SET_PTRACER, _ANYBODY)
    os.kill(os.getpid(), signal.SIGSTOP)
    runpy.run_path(sys.argv[0], run_name="__main__")
