"""Write business/rest/openapi.json anew: `make docs`."""

import json

from business.rest.app import document_of
from business.rest.reference import DOCUMENT
from business.routers import ROUTERS


def text() -> str:
    return json.dumps(document_of(ROUTERS), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), "utf-8")
