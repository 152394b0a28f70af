"""The keys that the estate keeps, and the accounts of houses that were handed over."""

from business.demo.drafts import Ref, Sheet
from business.demo.houses import Fate

_LETTERS = {"water": "W", "electricity": "E", "gas": "G"}


def connect(sheet: Sheet, house: Ref, found: Fate, holder: str) -> None:
    code, handed_over = found.door.code, found.handed_over
    if handed_over is None or found.status == "decorating":
        sheet.add("key", code=f"K-{code}", key_kind="entrance", house_id=house, kept_at="客服中心钥匙柜")
    if handed_over is None:
        return
    suppliers = sheet.words.place.suppliers
    for utility in ("water", "electricity", "gas")[: 3 if found.door.type == "flat" else 2]:
        number, letter = sheet.serial("utility_account"), _LETTERS[utility]
        sheet.add(
            "utility_account",
            number=f"{letter}{number:09}",
            utility=utility,
            house_id=house,
            holder=holder,
            supplier=suppliers[utility],
            meter=f"{letter}B{number * 7:08}",
            since=handed_over,
        )
