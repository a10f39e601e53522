"""Networks for live pictures, simulated: they let in who has a signed address, and report streams as the real ones do.

No picture moves: the control port's action ``push`` is a publisher who connects, ``stop`` one who leaves.
"""
