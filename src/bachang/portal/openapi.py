"""Print the OpenAPI document of the portal: ``python -m bachang.portal.openapi``."""

from __future__ import annotations

import json

from bachang.portal._application import document


def text() -> str:
    """The document as it is kept in ``web/openapi.json``."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
