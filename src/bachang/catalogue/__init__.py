"""What people are told of what goes wrong, in Chinese as in English, wherever they read it."""

from bachang.catalogue._catalogue import (
    CATALOGUE,
    SAID,
    Language,
    Sentence,
    both,
    language_of,
    say,
    sentence,
)

__all__ = [
    "CATALOGUE",
    "SAID",
    "Language",
    "Sentence",
    "both",
    "language_of",
    "say",
    "sentence",
]
