"""`office` with a heavy job beside its actors: the import and export that would hold a shared process up.

A thread validates 100,000 imported rows with pydantic and dumps them as JSON, again and again.
"""

import json
import sys
import threading

from pydantic import BaseModel, TypeAdapter

from supervisor.processes import office

ROWS = 100_000


class Tenant(BaseModel):
    """A row of an import list."""

    number: int
    name: str
    room: str
    area_m2: float
    rent: float
    phone: str


def import_and_export() -> None:
    rows = [
        {
            "number": number,
            "name": f"租户 {number}",
            "room": f"{number % 40}-{number % 100:02}",
            "area_m2": 20 + number % 400,
            "rent": f"{number % 9000}.50",
            "phone": f"139{number:08}",
        }
        for number in range(ROWS)
    ]
    adapter = TypeAdapter(list[Tenant])
    while True:
        tenants = adapter.validate_python(rows)
        json.dumps([tenant.model_dump() for tenant in tenants], ensure_ascii=False, indent=1)


def main() -> int:
    threading.Thread(target=import_and_export, name="import", daemon=True).start()
    return office.main()


if __name__ == "__main__":
    sys.exit(main())
