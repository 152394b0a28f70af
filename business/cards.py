"""Everything that is told about a house or a person at one place; a module adds its card here."""

from business.property.around import Card
from business.property.cards import registry_cards
from business.property.entities import ENTITIES

CARDS: tuple[Card, ...] = registry_cards(ENTITIES)
"""In the order in which they are shown."""
