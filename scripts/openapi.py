"""Write docs/openapi.json anew: `make docs`."""

import json
from pathlib import Path

from business.rest.app import document_of
from business.routers import ROUTERS

PATH = Path(__file__).parents[1] / "docs" / "openapi.json"


def text() -> str:
    return json.dumps(document_of(ROUTERS), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
