"""What goes to the templates of a card and a list."""

import json

import pytest

from business.access.person import EVERYTHING
from business.printing.rendering import Form, render
from business.printing.templates import seed
from business.property.entities import ENTITIES
from business.registry.printed import CARD, LIST, card, listed
from business.registry.queries import Wanted
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_card_and_a_list_fit_the_shipped_templates_and_stay_masked(estate: Estate, language: str) -> None:
    """B16, B17: a house with its residents; telephone numbers are told in part."""
    house = estate.house(built_area="118.5", remark="钥匙两把")
    person = estate.create("person", name="王建国", phone="13800138000")
    estate.create("stay", house_id=house, person_id=person, role="owner", since="2016-03-01")
    reaches = {entity.name: EVERYTHING for entity in ENTITIES}
    with estate.read() as session:
        record = session.get_one(ENTITIES["house"].model, house)
        of_house = card(session, ENTITIES, ENTITIES["house"], record, reaches, language, "now")
        of_people = listed(
            session, ENTITIES, ENTITIES["person"], EVERYTHING, Wanted(), ("name", "phone"), language, "now"
        )
    assert of_house["title"] == "3-2-501"
    assert of_house["note"] == "钥匙两把"
    assert {"label": ("建筑面积", "Built area")[language == "en"], "value": "118.5 m²"} in of_house["fields"]
    assert [row[0] for table in of_house["tables"] for row in table["rows"]] == ["王建国"]
    assert of_people["rows"] == [["王建国", "138****8000"]]
    samples = {one.name: one for one in seed()}
    for name, data in ((CARD, of_house), (LIST, of_people)):
        assert set(data) == set(json.loads(samples[name].sample))
        assert render(samples[name].source, data, language=language, form=Form.PDF).pages[0][:5] == b"%PDF-"
