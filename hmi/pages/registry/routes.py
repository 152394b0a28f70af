"""The pages of every entity, by address."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from business.registry.entity import Entities
from hmi.pages.proposing import propose
from hmi.pages.registry.custom import custom_fields
from hmi.pages.registry.exporting import export_page
from hmi.pages.registry.importing import import_page
from hmi.pages.registry.listing import listing
from hmi.pages.registry.new import new
from hmi.pages.registry.record import record
from hmi.pages.registry.statistics import statistics_page


def registry_pages(entities: Entities) -> Mapping[str, Any]:
    """Fixed addresses before those with a record's id."""
    found: dict[str, Any] = {}
    for entity in entities:
        home = f"/{entity.name}"
        found[home] = partial(listing, entities=entities, entity=entity)
        found[f"{home}/new"] = partial(new, entities=entities, entity=entity)
        found[f"{home}/propose"] = partial(propose, entity=entity)
        found[f"{home}/statistics"] = partial(statistics_page, entities=entities, entity=entity)
        found[f"{home}/import"] = partial(import_page, entity=entity)
        found[f"{home}/export"] = partial(export_page, entities=entities, entity=entity)
        found[f"{home}/fields"] = partial(custom_fields, entity=entity)
        found[f"{home}/{{name}}"] = partial(record, entities=entities, entity=entity)
    return found
