"""Land and buildings: areas, buildings, units, floors (B01, B03, B08)."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session

from actors.said import said
from business.access.model import Scope, ScopeKind
from business.fields.house_code import search_house_code
from business.fields.numbers import area, integer
from business.fields.texts import files, note, text
from business.fields.times import day
from business.gate import Refused
from business.registry.declare import attribute, coded, reference
from business.registry.record import Kind, Record
from config.text import Text

CODE = text(20)
PICTURES = Text("图片", "Pictures")
REMARK = Text("备注", "Remarks")


class Area(Record):
    """A part of an estate: a quarter, a phase, a court (S1-1.3a)."""

    __tablename__ = "areas"
    kind = Kind("area", Text("片区", "Area"), title=("name",), order="code")

    code: Mapped[str] = attribute(
        Text("片区编号", "Area code"), CODE, required=True, unique=True, searchable=True, listed=True
    )
    name: Mapped[str] = attribute(
        Text("片区名称", "Name"), text(60), required=True, searchable=True, listed=True
    )
    address: Mapped[str | None] = attribute(Text("地址", "Address"), text(), searchable=True, listed=True)
    ground: Mapped[Decimal | None] = attribute(Text("占地面积", "Ground"), area(), unit="m²", listed=True)
    green: Mapped[Decimal | None] = attribute(Text("绿化面积", "Green"), area(), unit="m²")
    pictures: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files())
    remark: Mapped[str | None] = attribute(REMARK, note())


class Building(Record):
    """A building is a scope of its own: somebody may be given access to it alone."""

    __tablename__ = "buildings"
    kind = Kind(
        "building",
        Text("楼栋", "Building"),
        title=("code", "name"),
        order="code",
        known_by=(("code",),),
        called=("code",),
    )

    code: Mapped[str] = attribute(
        Text("楼号", "Building no."), CODE, required=True, searchable=True, listed=True, index=True
    )
    name: Mapped[str | None] = attribute(Text("楼名", "Name"), text(60), searchable=True, listed=True)
    area_id: Mapped[int | None] = reference(Text("片区", "Area"), "area", "areas", listed=True)
    use: Mapped[str | None] = coded(Text("用途", "Use"), "house_use", listed=True)
    address: Mapped[str | None] = attribute(Text("门牌地址", "Address"), text(), searchable=True)
    floors_above: Mapped[int | None] = attribute(
        Text("地上层数", "Floors above ground"), integer(0, 200), listed=True
    )
    floors_below: Mapped[int | None] = attribute(Text("地下层数", "Floors below ground"), integer(0, 20))
    built_area: Mapped[Decimal | None] = attribute(
        Text("总建筑面积", "Gross area"), area(), unit="m²", listed=True
    )
    built_on: Mapped[date | None] = attribute(Text("竣工日期", "Completed on"), day())
    developer_id: Mapped[int | None] = reference(Text("开发商", "Developer"), "contractor", "contractors")
    builder_id: Mapped[int | None] = reference(Text("承建商", "Builder"), "contractor", "contractors")
    pictures: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    @classmethod
    def meant(cls, text: str) -> Iterator[Mapping[str, Any]]:
        """3, 3栋, 3号楼, or its name."""
        yield {"code": text.strip()}
        found = search_house_code(text)
        if found is not None and found.building and found.unit is None and found.room is None:
            yield {"code": found.building}
        yield {"name": text.strip()}

    def settle(self, session: Session) -> None:
        """A building without a scope gets one, below the project that it was registered in."""
        place = session.get_one(Scope, self.scope_id)
        project = place.parent_id if place.kind == ScopeKind.BUILDING else place.id
        if place.kind not in {ScopeKind.BUILDING, ScopeKind.PROJECT}:
            raise Refused(
                said(
                    f"楼栋须登记在项目之下，{place.name_zh} 不是项目",
                    f"a building is registered in a project; {place.name_en} is none",
                )
            )
        doubles = (
            select(Building.id)
            .join(Scope, Scope.id == Building.scope_id)
            .where(Building.code == self.code, Building.removed_ns.is_(None), Building.id != (self.id or 0))
            .where(Scope.parent_id == project)
        )
        if session.scalar(doubles.limit(1)) is not None:
            raise Refused(
                said(f"本项目已有 {self.code} 号楼", f"this project has a building {self.code} already")
            )
        name = self.name or self.code
        if place.kind == ScopeKind.BUILDING:
            place.code, place.name_zh, place.name_en = self.code, name, name
            return
        own = Scope(
            parent_id=project, kind=ScopeKind.BUILDING, code=self.code, name_zh=name, name_en=name, path=""
        )
        session.add(own)
        session.flush()
        own.path = f"{place.path}{own.id}/"
        self.scope_id = own.id


class Unit(Record):
    """An entrance of a building (单元)."""

    __tablename__ = "units"
    kind = Kind(
        "unit",
        Text("单元", "Unit"),
        title=("building_code", "code"),
        order="code",
        within="building_id",
        together=("building_id", "code"),
        called=("code",),
    )

    building_id: Mapped[int] = reference(
        Text("楼栋", "Building"), "building", "buildings", required=True, listed=True
    )
    building_code: Mapped[str] = attribute(Text("楼号", "Building no."), CODE, derived=True, default="")
    code: Mapped[str] = attribute(
        Text("单元号", "Unit no."), CODE, required=True, searchable=True, listed=True
    )
    lifts: Mapped[int | None] = attribute(Text("电梯数", "Lifts"), integer(0, 50), listed=True)
    remark: Mapped[str | None] = attribute(REMARK, note())

    def settle(self, session: Session) -> None:
        self.building_code = session.get_one(Building, self.building_id).code

    @classmethod
    def meant(cls, text: str) -> Iterator[Mapping[str, Any]]:
        """2, 2单元, 3-2, 3栋2单元."""
        found = search_house_code(text)
        if found is not None and found.building and found.unit:
            yield {"code": found.unit, "building_code": found.building}
        if found is not None and (code := found.unit or found.building):
            yield {"code": code}
        yield {"code": text.strip()}


class Floor(Record):
    """A storey of a building, with its plan."""

    __tablename__ = "floors"
    kind = Kind(
        "floor",
        Text("楼层", "Floor"),
        title=("name",),
        order="level",
        within="building_id",
        known_by=(("building_id", "level"),),
    )

    building_id: Mapped[int] = reference(
        Text("楼栋", "Building"), "building", "buildings", required=True, listed=True
    )
    level: Mapped[int] = attribute(Text("层数", "Level"), integer(-20, 200), required=True, listed=True)
    name: Mapped[str] = attribute(
        Text("楼层名称", "Name"), text(40), required=True, searchable=True, listed=True
    )
    use: Mapped[str | None] = coded(Text("用途", "Use"), "house_use", listed=True)
    built_area: Mapped[Decimal | None] = attribute(Text("建筑面积", "Area"), area(), unit="m²", listed=True)
    plan: Mapped[tuple[str, ...] | None] = attribute(Text("平面图", "Plan"), files())
