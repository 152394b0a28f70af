"""All entities of the program."""

from business.property.belongings import Key, ParkingSpace, Pet, UtilityAccount, Vehicle
from business.property.companies import Company, Contractor, Merchant
from business.property.consents import Consent
from business.property.estate import Area, Building, Floor, Unit
from business.property.house import House
from business.property.living import HouseState, Ownership, Payer, Stay
from business.property.people import Person
from business.registry.entity import Entities

ENTITIES = Entities.of(
    (
        House,
        Person,
        Company,
        Merchant,
        Vehicle,
        ParkingSpace,
        Pet,
        Key,
        UtilityAccount,
        Ownership,
        Stay,
        Payer,
        HouseState,
        Consent,
        Area,
        Building,
        Unit,
        Floor,
        Contractor,
    )
)
"""In the order in which menus offer them."""
