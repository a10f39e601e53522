"""Telling other systems and groups of people what happens: signed webhooks and the robots of WeCom, DingTalk, Feishu.

``fan_out`` writes a message for everyone who wants to know of an event, ``send`` hands one over, ``replay`` sends
again. What is told is what stands in the database when it is sent; the moment of the event travels with it.
"""

from runtime.hooks.events import Event, about
from runtime.hooks.sending import HookFault, send
from runtime.hooks.targets import PREFIX, fan_out, find, recipient, replay

__all__ = ["PREFIX", "Event", "HookFault", "about", "fan_out", "find", "recipient", "replay", "send"]
