"""The menu and the pages agree."""

from business.identity.model import Place
from hmi.app import PAGES
from hmi.menu import ENTRIES


def test_every_entry_leads_to_a_page_wherever_it_stands() -> None:
    listed = {(place, entry.path) for entry in ENTRIES for place in entry.places}
    served = {(place, path) for place in (Place.CONTROL, Place.OFFICE) for path in PAGES[place]}
    assert listed == served
