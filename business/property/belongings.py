"""Vehicles, parking spaces, pets, keys, utility accounts (B13 to B15, B19)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped, Session

from business.access import Reach
from business.fields.numbers import area, decimal
from business.fields.plate import plate
from business.fields.texts import files, note, text
from business.fields.times import day
from business.property.estate import PICTURES, REMARK
from business.property.own import homes
from business.registry.declare import Sensitive, attribute, coded, reference
from business.registry.record import Kind, Record
from config.text import Text

OWNER = Text("主人", "Owner")
HOUSE = Text("房屋", "House")
PASSES = Sensitive(Text("车辆通行与停车管理", "To let vehicles pass and park"), keep_days=365)
HOLDS = Sensitive(Text("核对水电气账户", "To match accounts with their suppliers"), keep_days=365)


class Vehicle(Record):
    """S1-1.6."""

    __tablename__ = "vehicles"
    kind = Kind("vehicle", Text("车辆", "Vehicle"), title=("plate",), order="plate")

    plate: Mapped[str] = attribute(
        Text("车牌号", "Plate"),
        plate(),
        required=True,
        unique=True,
        searchable=True,
        listed=True,
        index=True,
        sensitive=PASSES,
    )
    vehicle_class: Mapped[str | None] = coded(Text("车辆类型", "Class"), "vehicle_class", listed=True)
    colour: Mapped[str | None] = coded(Text("颜色", "Colour"), "vehicle_colour", listed=True)
    brand: Mapped[str | None] = attribute(Text("品牌", "Brand"), text(40), searchable=True, listed=True)
    model: Mapped[str | None] = attribute(Text("型号", "Model"), text(40))
    owner_id: Mapped[int | None] = reference(
        Text("车主", "Owner"), "person", "persons", belongs=True, listed=True
    )
    company_id: Mapped[int | None] = reference(Text("所属单位", "Company"), "company", "companies")
    house_id: Mapped[int | None] = reference(HOUSE, "house", "houses", listed=True)
    space_id: Mapped[int | None] = reference(
        Text("固定车位", "Parking space"), "parking_space", "parking_spaces", listed=True
    )
    bought_on: Mapped[date | None] = attribute(Text("购买日期", "Bought on"), day())
    registered_on: Mapped[date | None] = attribute(Text("登记日期", "Registered on"), day(), listed=True)
    lost_on: Mapped[date | None] = attribute(Text("挂失日期", "Reported lost on"), day())
    scrapped_on: Mapped[date | None] = attribute(Text("报废日期", "Scrapped on"), day())
    pictures: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    def codes(self, session: Session) -> tuple[str, ...]:
        del session
        return (self.plate,)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_person(cls.owner_id) | reach.of_company(cls.company_id)


class ParkingSpace(Record):
    """S3-1d."""

    __tablename__ = "parking_spaces"
    kind = Kind("parking_space", Text("车位", "Parking space"), title=("code",), order="code", until="until")

    code: Mapped[str] = attribute(
        Text("车位号", "Space no."),
        text(30),
        required=True,
        unique=True,
        searchable=True,
        listed=True,
        index=True,
    )
    car_park: Mapped[str | None] = attribute(Text("车库", "Car park"), text(60), searchable=True, listed=True)
    space_kind: Mapped[str | None] = coded(Text("类型", "Kind"), "parking_space_kind", listed=True)
    ground: Mapped[Decimal | None] = attribute(Text("面积", "Area"), area(), unit="m²")
    house_id: Mapped[int | None] = reference(HOUSE, "house", "houses", listed=True)
    owner_id: Mapped[int | None] = reference(Text("产权人", "Owner"), "person", "persons", listed=True)
    user_id: Mapped[int | None] = reference(Text("使用人", "User"), "person", "persons", listed=True)
    since: Mapped[date | None] = attribute(Text("使用起始", "Used since"), day())
    until: Mapped[date | None] = attribute(Text("使用到期（不含）", "Used until (not including)"), day())
    charger: Mapped[Decimal | None] = attribute(Text("充电功率", "Charger"), decimal(1), unit="kW")
    remark: Mapped[str | None] = attribute(REMARK, note())

    def codes(self, session: Session) -> tuple[str, ...]:
        del session
        return (self.code,)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        """Those that he owns, or uses until their day."""
        using = reach.of_person(cls.user_id) & (cls.until.is_(None) | (cls.until > reach.today))
        return reach.of_person(cls.owner_id) | using


class Pet(Record):
    """S1-1.5."""

    __tablename__ = "pets"
    kind = Kind("pet", Text("宠物", "Pet"), title=("name",), order="name", known_by=(("owner_id", "name"),))

    name: Mapped[str] = attribute(
        Text("名字", "Name"), text(40), required=True, searchable=True, listed=True, index=True
    )
    tag_number: Mapped[str | None] = attribute(
        Text("犬牌号", "Tag no."), text(40), unique=True, searchable=True, listed=True
    )
    pet_kind: Mapped[str | None] = coded(Text("种类", "Kind"), "pet_kind", listed=True)
    breed: Mapped[str | None] = coded(Text("品种", "Breed"), "pet_breed", listed=True)
    colour: Mapped[str | None] = attribute(Text("毛色", "Colour"), text(20))
    owner_id: Mapped[int | None] = reference(OWNER, "person", "persons", belongs=True, listed=True)
    house_id: Mapped[int | None] = reference(HOUSE, "house", "houses", listed=True)
    kept_since: Mapped[date | None] = attribute(Text("饲养起始", "Kept since"), day())
    registered_on: Mapped[date | None] = attribute(Text("登记日期", "Registered on"), day(), listed=True)
    vaccinated_until: Mapped[date | None] = attribute(
        Text("免疫有效期", "Vaccinated until"), day(), listed=True
    )
    lost_on: Mapped[date | None] = attribute(Text("挂失日期", "Reported lost on"), day())
    died_on: Mapped[date | None] = attribute(Text("死亡日期", "Died on"), day())
    pictures: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_person(cls.owner_id)


class Key(Record):
    """A key or a card that the estate keeps or has handed out."""

    __tablename__ = "keys"
    kind = Kind("key", Text("钥匙", "Key"), title=("code",), order="code", until="back_on")

    code: Mapped[str] = attribute(
        Text("钥匙编号", "Key no."), text(30), required=True, unique=True, searchable=True, listed=True
    )
    key_kind: Mapped[str | None] = coded(Text("类型", "Kind"), "key_kind", listed=True)
    house_id: Mapped[int | None] = reference(HOUSE, "house", "houses", listed=True)
    kept_at: Mapped[str | None] = attribute(Text("存放位置", "Kept at"), text(60), listed=True)
    holder_id: Mapped[int | None] = reference(Text("领用人", "Held by"), "person", "persons", listed=True)
    taken_on: Mapped[date | None] = attribute(Text("领用日期", "Taken on"), day(), listed=True)
    back_on: Mapped[date | None] = attribute(Text("归还日期", "Brought back on"), day(), listed=True)
    remark: Mapped[str | None] = attribute(REMARK, note())

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        """Those that he has and has not brought back."""
        return reach.of_person(cls.holder_id) & cls.back_on.is_(None)


class UtilityAccount(Record):
    """The account by which a house's water, power or gas is settled (S1-1.9b)."""

    __tablename__ = "utility_accounts"
    kind = Kind(
        "utility_account",
        Text("水电气账户", "Utility account"),
        title=("number",),
        order="number",
        within="house_id",
        known_by=(("number", "utility"),),
    )

    number: Mapped[str] = attribute(
        Text("户号", "Account no."), text(40), required=True, searchable=True, listed=True, index=True
    )
    utility: Mapped[str] = coded(Text("类型", "Utility"), "utility_kind", required=True, listed=True)
    house_id: Mapped[int] = reference(HOUSE, "house", "houses", required=True, listed=True)
    holder: Mapped[str | None] = attribute(
        Text("户名", "In the name of"), text(60), sensitive=HOLDS, listed=True
    )
    supplier: Mapped[str | None] = attribute(Text("供应单位", "Supplier"), text(60), listed=True)
    meter: Mapped[str | None] = attribute(Text("表号", "Meter no."), text(40), searchable=True, listed=True)
    since: Mapped[date | None] = attribute(Text("开户日期", "Opened on"), day())
    until: Mapped[date | None] = attribute(Text("销户日期", "Closed on"), day())
    remark: Mapped[str | None] = attribute(REMARK, note())

    def codes(self, session: Session) -> tuple[str, ...]:
        del session
        return tuple(one for one in (self.number, self.meter) if one)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        """Those of his houses that are not closed."""
        return cls.house_id.in_(homes(reach)) & (cls.until.is_(None) | (cls.until > reach.today))
