"""Another title for a scenario; all else in the file stays as its author wrote it."""

from __future__ import annotations

import json

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bachang.portal._problem import invalid


def retitled(scenario: bytes, title: str) -> bytes:
    """A scenario's file with another title, in both languages.

    Raises:
        ProblemError: 422 where the file is no YAML map, so there is no place for a title.
    """
    try:
        text = scenario.decode()
        top = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _refused() from error
    if not isinstance(top, MappingNode):
        raise _refused()
    quoted = json.dumps(title, ensure_ascii=False)
    new = f"{{en: {quoted}, zh: {quoted}}}"
    for key, value in top.value:
        if key.value == "title":
            begin, end = value.start_mark.index, _end(value)
            return f"{text[:begin]}{new}{text[end:]}".encode()
    return f"{text.rstrip()}\ntitle: {new}\n".encode()


def _end(node: Node) -> int:
    """Where a node's text ends; a block of lines is said to end where the next thing begins."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(node, MappingNode) else last)
    text = node.start_mark.buffer[node.start_mark.index : node.end_mark.index]
    return int(node.start_mark.index) + len(text.rstrip())


def _refused() -> Exception:
    return invalid("this pack does not load", "make a copy without a title, and mend it")
