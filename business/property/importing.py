"""Imports of the registry, put together."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from business.exchange.columns import Column
from business.exchange.shelf import Shelf
from business.importing.chunk import Carrier
from business.importing.importer import Importer
from business.property.entities import ENTITIES
from business.property.house_list import HouseList
from business.registry.records import Records


def special_columns(entity: str) -> tuple[Column, ...]:
    """The columns that a file of the entity may have beside its fields."""
    return HouseList.columns if entity == "house" else ()


def importer(records: Records, shelf: Shelf, zone: ZoneInfo, wall_ns: Callable[[], int]) -> Importer:
    special = {"house": HouseList(zone, wall_ns)}
    return Importer(ENTITIES, Carrier(ENTITIES, records, special, wall_ns), shelf, wall_ns)
