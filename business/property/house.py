"""Houses, shops and offices: what is sold, let and billed (B01, B02, B05, B07)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped, Session

from actors.said import said
from business.access import Reach
from business.fields.field_type import FieldError
from business.fields.house_code import HouseCode, house_code, parse_house_code
from business.fields.numbers import area, integer
from business.fields.texts import files, note, text
from business.fields.times import day
from business.fields.written import narrow
from business.gate import Refused
from business.property.estate import PICTURES, REMARK, Building, Unit
from business.registry.declare import attribute, coded, reference
from business.registry.record import Kind, Record
from business.remembered import told
from config.text import Text

PLACE = Text("位置", "Place")
LAYOUT = Text("户型与面积", "Layout and areas")
TITLE = Text("产权", "Title")
STATE = Text("状态", "State")

UNSOLD = "unsold"
"""The state of a house of which no other is known."""


def _code_of(building: Building) -> str:
    return building.code


def _entrance(unit: Unit) -> tuple[str, int]:
    return unit.code, unit.building_id


class House(Record):
    __tablename__ = "houses"
    kind = Kind(
        "house",
        Text("房屋", "House"),
        title=("code",),
        order="code",
        within="building_id",
        together=("code", "building_id"),
    )

    code: Mapped[str] = attribute(
        Text("房号", "House code"),
        house_code(),
        derived=True,
        searchable=True,
        listed=True,
        index=True,
        default="",
        group=PLACE,
    )
    """Building, unit and room: 3-2-501."""
    building_id: Mapped[int] = reference(
        Text("楼栋", "Building"), "building", "buildings", required=True, listed=True, group=PLACE
    )
    unit_id: Mapped[int | None] = reference(Text("单元", "Unit"), "unit", "units", group=PLACE)
    room: Mapped[str] = attribute(
        Text("室号", "Room"), text(12), required=True, group=PLACE, hint=Text("如 501、1203A", "501, 1203A")
    )
    floor: Mapped[int | None] = attribute(
        Text("楼层", "Floor"), integer(-20, 200), listed=True, index=True, group=PLACE
    )
    door: Mapped[str | None] = attribute(
        Text("门牌号", "Street number"), text(60), searchable=True, group=PLACE
    )

    type: Mapped[str | None] = coded(Text("房屋类型", "Type"), "house_type", listed=True, group=LAYOUT)
    layout: Mapped[str | None] = coded(Text("户型", "Layout"), "house_layout", listed=True, group=LAYOUT)
    orientation: Mapped[str | None] = coded(Text("朝向", "Orientation"), "orientation", group=LAYOUT)
    decoration: Mapped[str | None] = coded(Text("装修", "Decoration"), "decoration", group=LAYOUT)
    built_area: Mapped[Decimal | None] = attribute(
        Text("建筑面积", "Built area"), area(), unit="m²", listed=True, index=True, group=LAYOUT
    )
    usable_area: Mapped[Decimal | None] = attribute(
        Text("套内面积", "Usable area"), area(), unit="m²", group=LAYOUT
    )
    shared_area: Mapped[Decimal | None] = attribute(
        Text("公摊面积", "Shared area"), area(), unit="m²", group=LAYOUT
    )

    right: Mapped[str | None] = coded(Text("产权类型", "Property right"), "property_right", group=TITLE)
    certificate: Mapped[str | None] = attribute(
        Text("房产证号", "Title no."), text(60), unique=True, searchable=True, group=TITLE
    )
    certified_on: Mapped[date | None] = attribute(Text("发证日期", "Title dated"), day(), group=TITLE)

    status: Mapped[str] = coded(
        Text("房屋状态", "Status"),
        "house_status",
        derived=True,
        listed=True,
        index=True,
        default=UNSOLD,
        group=STATE,
    )
    status_since: Mapped[date | None] = attribute(
        Text("状态起始", "Status since"), day(), derived=True, group=STATE
    )
    use: Mapped[str | None] = coded(Text("现用途", "Present use"), "house_use", listed=True, group=STATE)
    built_on: Mapped[date | None] = attribute(
        Text("建成日期", "Built on"),
        day(),
        index=True,
        group=STATE,
        hint=Text("房龄由此计算", "Its age follows"),
    )
    contact_id: Mapped[int | None] = reference(
        Text("联系人", "Contact"),
        "person",
        "persons",
        group=STATE,
        hint=Text("可以不是业主", "May be somebody else than an owner"),
    )
    pictures: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files(), group=STATE)
    remark: Mapped[str | None] = attribute(REMARK, note(), group=STATE)

    def settle(self, session: Session) -> None:
        building = told(session, Building, self.building_id, _code_of)
        assert building is not None  # the database holds it
        unit: str | None = None
        if self.unit_id is not None and (entrance := told(session, Unit, self.unit_id, _entrance)):
            unit, stands_at = entrance
            if stands_at != self.building_id:
                raise Refused(
                    said(
                        f"{unit} 单元不在 {building} 号楼，请改选单元",
                        f"unit {unit} is not in building {building}; choose another one",
                    )
                )
        self.room = narrow(self.room).upper()
        self.code = str(HouseCode(building, unit, self.room))
        if (
            self.usable_area is not None
            and self.built_area is not None
            and self.usable_area > self.built_area
        ):
            raise Refused(
                said(
                    f"套内面积 {self.usable_area} m² 大于建筑面积 {self.built_area} m²，请核对",
                    f"the usable area, {self.usable_area} m², is over the built area, {self.built_area} m²",
                )
            )

    @classmethod
    def meant(cls, text: str) -> Iterator[Mapping[str, Any]]:
        with suppress(FieldError):
            yield {"code": str(parse_house_code(text))}

    def codes(self, session: Session) -> tuple[str, ...]:
        del session
        return tuple(one for one in (self.code, self.certificate) if one)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        from business.property.own import homes  # what it asks refers to houses

        return cls.id.in_(homes(reach))
