"""Operator screens: one page for each device, made from its description and point table.

Requests in, responses out; the sockets are the plant's. Everything that a page needs comes
from the device itself, in English and Chinese.
"""

from bachang.twins.screen._messages import HttpRequest, HttpResponse
from bachang.twins.screen._screen import Screen
from bachang.twins.screen._words import STATE_WORDS

__all__ = ["STATE_WORDS", "HttpRequest", "HttpResponse", "Screen"]
