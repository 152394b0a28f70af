"""What of a configuration a process reads only when it starts: for another, it must start anew."""

import json
from hashlib import sha256

from config.editing import tables_of
from config.entries import Documents
from config.settings_fields import fields_of_settings, value_of


def bound(documents: Documents, process: str) -> str:
    """A digest of it; the same as long as nothing that matters differs."""
    tables = tables_of(documents)
    told = {
        ".".join(map(str, field.keys)): value_of(tables, field)
        for field in fields_of_settings(tables)
        if process in field.restarts
    }
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
