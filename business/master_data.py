"""The modules of the data that an administrator keeps, put together with what the program brings along."""

from collections.abc import Callable, Iterable
from typing import Final
from zoneinfo import ZoneInfo

from business.dictionaries.messages import AddShippedEntries
from business.dictionaries.seed import SEED as DICTIONARIES
from business.dictionaries.service import Dictionaries, Uses
from business.gate import Gate, Module
from business.menus.service import Menus
from business.numbering.messages import AddShippedRules
from business.numbering.seed import SEED as RULES
from business.numbering.service import Numbering
from business.organisation.service import Organisation
from business.printing.messages import AddShippedTemplates
from business.printing.service import Printing
from business.printing.templates import seed as templates
from business.shipped import ship

MASTER_DATA: Final = ("dictionaries", "menus", "numbering", "organisation", "printing")


def master_data(
    gate: Gate, zone: ZoneInfo, wall_ns: Callable[[], int], uses: Iterable[Uses] = ()
) -> dict[str, Module]:
    """Each by its name; what the program ships is in the database when this returns.

    `uses` tell how many records of other modules hold a code of a dictionary.
    """
    dictionaries, numbering, printing = Dictionaries(uses), Numbering(zone, wall_ns), Printing(wall_ns)
    ship(gate, dictionaries, AddShippedEntries(), DICTIONARIES)
    ship(gate, numbering, AddShippedRules(), RULES)
    ship(gate, printing, AddShippedTemplates(), templates())
    return {
        "dictionaries": dictionaries,
        "menus": Menus(),
        "numbering": numbering,
        "organisation": Organisation(),
        "printing": printing,
    }
