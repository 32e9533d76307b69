"""What all documents of the API have in common: strict input, texts, pages, problems."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bachang.catalogue import both

Item = TypeVar("Item")

Text = dict[str, str]
"""A text for people, by language: ``{"en": …, "zh": …}``; always has ``en``."""

Told = Annotated[Text, BeforeValidator(both)]
"""What the platform says, made by `both` of its English: empty ``en`` where it says nothing."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$", max_length=64)]
"""A name that people type: of a pack, an account, a host."""

Identity = Annotated[str, Field(pattern=r"^[a-z0-9]{8,32}$", max_length=32)]
"""An id that the portal made; it is random and says nothing."""

UNSEEN = r"\x00-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""Characters that no name may have: controls, and marks that show nothing and turn what stands
beside them around."""

Line = Annotated[
    str,
    Field(
        pattern=rf"^[^{UNSEEN}]*[^ {UNSEEN}][^{UNSEEN}]*$",
        min_length=1,
        max_length=200,
    ),
]
"""One line for people to read: nothing unseen, not only spaces."""

Note = Annotated[str, Field(pattern=r"^[^\x00]*$", min_length=1, max_length=4000)]
"""A longer text, with line breaks."""

Password = Annotated[str, Field(min_length=12, max_length=200)]
"""What an account is opened with; kept only as its argon2id hash."""

Point = bool | int | float | str
"""The value of a point."""


class Document(BaseModel):
    """A value that enters or leaves; unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )


class Page(Document, Generic[Item]):
    """Part of a list, in its order."""

    items: list[Item]
    next: str | None = None
    """Give it as ``after`` to get what follows; ``null``: this is the end."""


class Problem(Document):
    """An error as RFC 9457 has it, with what to do about it."""

    type: str
    """A short word for programs, e.g. ``not-found``."""
    title: str
    status: int
    detail: str
    """What is wrong here, for people."""
    remedy: str = ""
    """What to do about it."""
