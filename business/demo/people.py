"""Made-up people: names, ages, numbers, and families that go together."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from business.demo.drafts import Ref, Sheet
from business.demo.numbers import identity_number, mobile

YEAR = 365.25
ADULT = 18
WITH_PHONE = 12
JOINING = ("spouse", "child", "child", "parent", "parent", "other")
"""Who joins the head of a household, one after the other."""


@dataclass(frozen=True, slots=True)
class Somebody:
    ref: Ref
    surname: str
    name: str
    male: bool
    born: date


class Crowd:
    """Draws people onto a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        surnames = sheet.words.people.surnames
        self._surnames = tuple(surnames)
        self._weights = tuple(accumulate(surnames.values()))

    def full_name(self, *, male: bool, surname: str = "") -> tuple[str, str]:
        """Surname and name."""
        dice, drawn = self._sheet.dice, self._sheet.words.people
        surname = surname or dice.choices(self._surnames, cum_weights=self._weights)[0]
        given = dice.choice(drawn.male if male else drawn.female)
        if len(given) == 1 and dice.random() < 0.35:
            given += dice.choice([one for one in (drawn.male if male else drawn.female) if len(one) == 1])
        return surname, surname + given

    def somebody(
        self,
        category: str,
        *,
        ages: tuple[int, int] = (26, 68),
        male: bool | None = None,
        surname: str = "",
        employer: Ref | None = None,
    ) -> Somebody:
        sheet, dice = self._sheet, self._sheet.dice
        male = dice.random() < 0.52 if male is None else male
        surname, name = self.full_name(male=male, surname=surname)
        born = sheet.ago(int(ages[0] * YEAR), int((ages[1] + 1) * YEAR))
        age = (sheet.day - born).days / YEAR
        ref = sheet.add(
            "person",
            name=name,
            category=category,
            gender="male" if male else "female",
            certificate_kind="id-card" if age >= 1 else "household-register",
            identity_number=identity_number(dice, born, male=male) if age >= 1 else None,
            born_on=born,
            phone=mobile(dice) if age >= WITH_PHONE else None,
            phone_2=mobile(dice) if age >= ADULT and dice.random() < 0.08 else None,
            mail=self._mail() if age >= ADULT and dice.random() < 0.25 else None,
            level=dice.choices(("normal", "important", "vip", "attention"), (90, 6, 2, 2))[0],
            employer_id=employer,
        )
        if age >= ADULT and dice.random() < 0.9:
            self._consents(ref)
        return Somebody(ref, surname, name, male, born)

    def _consents(self, person: Ref) -> None:
        """Nearly everybody agrees to processing, many to a photograph; some have taken that back."""
        sheet, dice = self._sheet, self._sheet.dice
        given = sheet.ago(30, 900)

        def say(purpose: str, state: str, on: date) -> None:
            way = dice.choice(("paper", "online"))
            sheet.add("consent", person_id=person, purpose=purpose, state=state, on=on, way=way)

        say("processing", "given", given)
        if dice.random() < 0.2:
            say("photo", "given", given)
            if dice.random() < 0.1:
                say("photo", "withdrawn", sheet.ago(1, 29))

    def relative(self, head: Somebody, relation: str, category: str = "family") -> Somebody:
        """One whose age and surname go with those of the head of the household."""
        age = int((self._sheet.day - head.born).days / YEAR)
        match relation:
            case "spouse":
                near = (max(22, age - 5), max(24, age + 4))
                return self.somebody(category, ages=near, male=not head.male)
            case "child":
                return self.somebody(
                    category, ages=(max(0, age - 36), max(1, age - 24)), surname=head.surname
                )
            case "parent":
                male = self._sheet.dice.random() < 0.45
                surname = head.surname if male else ""
                ages = (min(age + 22, 84), min(age + 32, 92))
                return self.somebody(category, ages=ages, male=male, surname=surname)
            case _:
                return self.somebody(category, ages=(20, 45))

    def _mail(self) -> str:
        # A domain that is kept for examples (RFC 2606).
        return f"user{self._sheet.serial('person')}@example.com"


def later(since: date, least: int, most: int, sheet: Sheet) -> date:
    return since + timedelta(days=sheet.dice.randint(least, most))
