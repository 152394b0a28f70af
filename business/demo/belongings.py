"""Parking spaces and vehicles, and pets."""

from business.demo.drafts import Ref, Sheet, Value
from business.demo.firms import Firms
from business.demo.households import Household, Households
from business.demo.numbers import plate
from business.demo.people import later

WITH_CAR, WITH_PET, WITH_SPACE = 0.6, 0.14, 0.7
ELECTRIC = 0.42
FIRM_CARS = 0.3
MOST_CARS = 600
"""Of a building."""
SPARE_SPACES = ("public", "public", "temporary", "charging", "civil-defence", "accessible", "mechanical")
SPARE = 60
"""Spaces of a building that belong to no house."""
_COLOURS = (
    ("white", 34), ("black", 22), ("grey", 14), ("silver", 10), ("blue", 8), ("red", 5), ("brown", 3),
    ("green", 3), ("yellow", 1),
)  # fmt: skip


def furnish(sheet: Sheet, homes: Households, firms: Firms) -> None:
    for home in homes.lived_in:
        if sheet.dice.random() < WITH_CAR:
            _car(sheet, home)
        if sheet.dice.random() < WITH_PET:
            _pet(sheet, home)
    for company, house, since in firms.at_work:
        if sheet.dice.random() < FIRM_CARS:
            space = _space(sheet, "leased", house_id=house, since=since)
            _vehicle(sheet, company_id=company, house_id=house, space_id=space, registered_on=since)
    for at in range(SPARE):
        kind = SPARE_SPACES[at % len(SPARE_SPACES)]
        _space(sheet, kind, charger="7.0" if kind == "charging" else None)


def _car(sheet: Sheet, home: Household) -> None:
    head = home.head.ref
    registered = later(home.since, 0, 400, sheet)
    space = None
    if sheet.dice.random() < WITH_SPACE:
        owned = not home.rented and sheet.dice.random() < 0.6
        space = _space(
            sheet,
            "owned" if owned else "leased",
            house_id=home.house,
            owner_id=head if owned else None,
            user_id=head,
            since=home.since,
        )
    _vehicle(
        sheet,
        owner_id=head,
        house_id=home.house,
        space_id=space,
        registered_on=min(registered, sheet.day),
    )


def _space(sheet: Sheet, kind: str, **values: Value) -> Ref:
    level = "B1" if sheet.count("parking_space") % 2 else "B2"
    code = f"{level}-{sheet.serial('parking_space'):05}"
    return sheet.add(
        "parking_space",
        code=code,
        car_park=f"{sheet.number}号楼地下{level[1]}层车库",
        space_kind=kind,
        ground="13.25",
        **values,
    )


def _vehicle(sheet: Sheet, **values: Value) -> None:
    dice = sheet.dice
    electric = dice.random() < ELECTRIC
    brands = sheet.words.cars.electric if electric else sheet.words.cars.fuel
    brand = dice.choice(tuple(brands))
    sheet.add(
        "vehicle",
        plate=plate(dice, sheet.serial("vehicle", MOST_CARS), electric=electric),
        vehicle_class="new-energy" if electric else "small",
        colour=dice.choices([one for one, _ in _COLOURS], [weight for _, weight in _COLOURS])[0],
        brand=brand,
        model=dice.choice(brands[brand]),
        bought_on=sheet.ago(1000, 3500),
        **values,
    )


def _pet(sheet: Sheet, home: Household) -> None:
    dice, named = sheet.dice, sheet.words.pets
    dog = dice.random() < 0.6
    since = min(later(home.since, 0, 500, sheet), sheet.day)
    sheet.add(
        "pet",
        name=dice.choice(named.names),
        tag_number=f"DOG-{sheet.serial('pet'):06}" if dog else None,
        pet_kind="dog" if dog else "cat",
        breed=dice.choice(named.dog if dog else named.cat),
        colour=dice.choice(named.colours),
        owner_id=home.head.ref,
        house_id=home.house,
        kept_since=since,
        registered_on=since if dog else None,
        vaccinated_until=later(sheet.day, -40, 360, sheet),
    )
