"""What all models of the scenario file share: strictness, and texts for people."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from bachang.scenario._values import PackPath, mistake


class Raw(BaseModel):
    """Base of all models: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        defer_build=True,
        allow_inf_nan=False,
    )


def choose_one(model: Any, *names: str) -> None:
    """Check that exactly one of the fields is given.

    Raises:
        PydanticCustomError: none or more than one.
    """
    given = [name for name in names if getattr(model, name) is not None]
    listed = ", ".join(f"`{name}`" for name in names)
    if not given:
        raise mistake("says nothing", f"give one of {listed}")
    if len(given) > 1:
        both = " and ".join(f"`{name}`" for name in given)
        raise mistake(f"gives {both}", f"give only one of {listed}")


def or_empty(value: Any) -> Any:
    """A key without a value means a thing without settings."""
    return {} if value is None else value


class Words(Raw):
    """A text for people: a string, `{en: …, zh: …}`, or `{source: …}` files of the pack."""

    en: str | None = None
    """The text in English."""
    zh: str | None = None
    """The text in Chinese."""
    source: PackPath | None = None
    """A file of the pack; `{lang}` in its name stands for `en` and `zh`."""

    @model_validator(mode="after")
    def _one_form(self) -> Words:
        if self.source is not None:
            if self.en is not None or self.zh is not None:
                raise mistake("gives `source` and a text", "give either")
        elif self.en is None and self.zh is None:
            raise mistake("is an empty text", "give `en` and `zh`")
        return self


def _words(value: Any) -> Any:
    if value is None or isinstance(value, list):
        raise mistake("is not a text", "write a string or {en: …, zh: …}")
    return value if isinstance(value, dict) else {"en": value}


Text = Annotated[Words, BeforeValidator(_words, json_schema_input_type=str | Words)]
"""A text for people; a bare string is English."""
