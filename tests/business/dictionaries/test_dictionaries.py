"""Dictionaries an administrator keeps (A05, S0-3.1.dict, B07, S1-1.7)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from actors.messages import Stage
from business.audit.model import AuditRecord
from business.dictionaries.messages import (
    AddShippedEntries,
    ChangeDictionaryEntry,
    CreateDictionary,
    CreateDictionaryEntry,
    DisableDictionaryEntry,
    EnableDictionaryEntry,
    MoveDictionaryEntry,
    RelabelDictionary,
    RemoveDictionary,
    RemoveDictionaryEntry,
)
from business.dictionaries.model import Colour, DictionaryEntry
from business.dictionaries.queries import choices, dictionaries, entries, labels
from business.dictionaries.seed import SEED, Shipped, ShippedEntry
from business.dictionaries.service import DEEPEST, Dictionaries
from business.shipped import ship
from config.text import Text
from tests.business.conftest import Office
from tests.business.desk import Desk

used: dict[tuple[str, str], int] = {}


def count_uses(_session: Session, dictionary: str, code: str) -> int:
    return used.get((dictionary, code), 0)


@pytest.fixture
def desk(office: Office) -> Iterator[Desk]:
    used.clear()
    desk = Desk(office, Dictionaries([count_uses]))
    ship(office.gate, desk.module, AddShippedEntries(), SEED)
    yield desk
    used.clear()


@pytest.fixture
def reading(desk: Desk) -> Iterator[Session]:
    with desk.office.authority.open() as session:
        yield session


def codes(session: Session, dictionary: str) -> list[str]:
    return [entry.code for entry in entries(session, dictionary)]


def test_every_dictionary_of_the_houses_ships_complete_in_both_languages(reading: Session) -> None:
    """S1-1.7: layout, orientation, decoration, use (let, internal sale, vacant)."""
    rows = {row.name: row for row in dictionaries(reading)}
    assert set(rows) == {one.name for one in SEED}
    assert all(row.built_in and row.label.zh and row.label.en for row in rows.values())
    assert {"let", "internal-sale", "vacant", "residence", "shop"} <= set(codes(reading, "house_use"))
    assert labels(reading, "house_status", "zh")["delivered"] == "已交付"
    assert labels(reading, "house_status", "en")["delivered"] == "Handed over"
    assert all(entry.colour for entry in entries(reading, "house_status"))


@pytest.mark.parametrize("shipped", SEED, ids=lambda one: one.name)
def test_what_ships_is_a_sound_tree(shipped: Shipped) -> None:
    seen: set[str] = set()
    for entry in shipped.entries:
        assert entry.code not in seen
        assert not entry.parent or entry.parent in seen
        assert entry.label.zh.strip()
        assert entry.label.en.isascii()
        seen.add(entry.code)


@pytest.mark.both_databases
def test_it_ships_once_and_what_was_changed_stays(desk: Desk, reading: Session) -> None:
    desk.done(
        ChangeDictionaryEntry("gender", "male", "先生", "Mr", "blue", ""),
        DisableDictionaryEntry("gender", "unknown"),
        MoveDictionaryEntry("gender", "female", "male"),
        RelabelDictionary("gender", "称谓", "Form of address"),
    )
    outcome = ship(desk.office.gate, desk.module, AddShippedEntries(), SEED)
    assert outcome.stage is Stage.DONE
    assert outcome.events == ()
    assert desk.done(AddShippedEntries()) == ()
    assert [(one.code, one.label.zh, one.disabled) for one in entries(reading, "gender")] == [
        ("female", "女", False),
        ("male", "先生", False),
        ("unknown", "未说明", True),
    ]


def test_an_upgrade_adds_what_is_new_and_nothing_else(desk: Desk, reading: Session) -> None:
    desk.done(
        ChangeDictionaryEntry("gender", "male", "先生", "Mr", "", ""),
        CreateDictionaryEntry("gender", "company", "单位", "Company"),
    )
    more = Shipped(
        "gender",
        Text("性别", "Gender"),
        (
            ShippedEntry("male", Text("男", "Male")),
            ShippedEntry("company", Text("公司", "Corporation")),
            ShippedEntry("couple", Text("夫妇", "Couple"), Colour.BLUE),
        ),
    )
    upgraded = Dictionaries(seed=(more,))
    outcome = ship(desk.office.gate, upgraded, AddShippedEntries(), (more,))
    assert [event.dictionary for event in outcome.events] == ["gender"]
    found = labels(reading, "gender", "zh")
    assert (found["male"], found["company"], found["couple"]) == ("先生", "单位", "夫妇")
    assert codes(reading, "gender")[-1] == "couple"


@pytest.mark.both_databases
def test_a_user_s_own_dictionary_is_filled_ordered_and_removed(desk: Desk, reading: Session) -> None:
    desk.done(CreateDictionary("tree_kind", "树种", "Kind of tree"))
    for code in ("oak", "pine", "birch"):
        desk.done(CreateDictionaryEntry("tree_kind", code, f"树{code}", code))
    desk.done(MoveDictionaryEntry("tree_kind", "birch", "oak"))
    assert codes(reading, "tree_kind") == ["birch", "oak", "pine"]
    desk.done(MoveDictionaryEntry("tree_kind", "birch", ""))
    assert codes(reading, "tree_kind") == ["oak", "pine", "birch"]
    desk.done(RemoveDictionaryEntry("tree_kind", "pine"), RemoveDictionary("tree_kind"))
    assert codes(reading, "tree_kind") == []
    assert "tree_kind" not in {row.name for row in dictionaries(reading)}


def test_a_used_entry_is_disabled_and_not_removed(desk: Desk, reading: Session) -> None:
    desk.done(CreateDictionaryEntry("house_type", "kiosk", "报刊亭", "Kiosk"))
    used["house_type", "kiosk"] = 17
    assert "is used by 17 records" in desk.refused(RemoveDictionaryEntry("house_type", "kiosk"))
    desk.done(DisableDictionaryEntry("house_type", "kiosk"))
    assert "kiosk" not in {entry.code for entry in choices(reading, "house_type")}
    assert labels(reading, "house_type", "en")["kiosk"] == "Kiosk"
    desk.done(EnableDictionaryEntry("house_type", "kiosk"))
    assert "kiosk" in {entry.code for entry in choices(reading, "house_type")}
    used.clear()
    desk.done(RemoveDictionaryEntry("house_type", "kiosk"))


def test_what_the_program_brought_stays(desk: Desk) -> None:
    assert "disable it instead" in desk.refused(RemoveDictionaryEntry("gender", "male"))
    assert "came with the program" in desk.refused(RemoveDictionary("gender"))


def test_a_dictionary_with_a_used_entry_stays_whole(desk: Desk, reading: Session) -> None:
    desk.done(CreateDictionary("d", "字", "d"), CreateDictionaryEntry("d", "a", "甲", "a"))
    desk.done(CreateDictionaryEntry("d", "b", "乙", "b"))
    used["d", "b"] = 1
    assert "is used by 1 records" in desk.refused(RemoveDictionary("d"))
    assert codes(reading, "d") == ["a", "b"]


def test_a_tree_keeps_its_shape(desk: Desk, reading: Session) -> None:
    rows = {entry.code: entry for entry in entries(reading, "pet_breed")}
    assert (rows["poodle"].parent, rows["poodle"].depth, rows["dog"].depth) == ("dog", 1, 0)
    below_itself = ChangeDictionaryEntry("pet_breed", "dog", "犬", "Dog", "", "poodle")
    assert "cannot stand below itself" in desk.refused(below_itself)
    assert "no entry 'wolf'" in desk.refused(ChangeDictionaryEntry("pet_breed", "cat", "猫", "C", "", "wolf"))
    desk.done(DisableDictionaryEntry("pet_breed", "cat"))
    assert not {"cat", "ragdoll"} & {entry.code for entry in choices(reading, "pet_breed")}
    desk.done(ChangeDictionaryEntry("pet_breed", "poodle", "贵宾犬", "Poodle", "", "cat"))
    assert codes(reading, "pet_breed").index("poodle") > codes(reading, "pet_breed").index("cat")
    desk.done(CreateDictionary("deep", "层", "deep"), CreateDictionaryEntry("deep", "1", "一", "1"))
    for level in range(2, DEEPEST + 1):
        desk.done(CreateDictionaryEntry("deep", f"{level}", "层", "level", "", f"{level - 1}"))
    too_deep = CreateDictionaryEntry("deep", "x", "层", "level", "", f"{DEEPEST}")
    assert f"at most {DEEPEST}" in desk.refused(too_deep)
    desk.done(CreateDictionaryEntry("deep", "top", "顶", "top"))
    assert f"at most {DEEPEST}" in desk.refused(ChangeDictionaryEntry("deep", "1", "一", "1", "", "top"))
    below = desk.refused(RemoveDictionaryEntry("deep", "1"))
    assert "has 1 entries below it" in below


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (CreateDictionary("Gender", "性别", "Gender"), "there is a dictionary 'gender'"),
        (CreateDictionary("", "性别", "Gender"), "the code has 0 characters"),
        (CreateDictionary("a b", "性别", "Gender"), "character 2 of the code 'a b' is ' '"),
        (CreateDictionary("-a", "性别", "Gender"), "character 1 of the code"),
        (CreateDictionary("a", "", "Gender"), "the Chinese label has 0 characters"),
        (CreateDictionary("a", "性别", "x" * 65), "the English label has 65 characters; give 1 to 64"),
        (CreateDictionary("a", "性\n别", "Gender"), "character 2 of the Chinese label (U+000A)"),
        (CreateDictionary("a", "性\u202e别", "Gender"), "(U+202E) is invisible"),
        (CreateDictionaryEntry("none", "a", "甲", "a"), "no dictionary 'none'"),
        (CreateDictionaryEntry("gender", "MALE", "男", "m"), "has 'male' (Male) already"),
        (CreateDictionaryEntry("gender", "ｍａｌｅ", "男", "m"), "has 'male' (Male) already"),
        (CreateDictionaryEntry("gender", "x", "男", "m", "pink"), "no colour 'pink'"),
        (CreateDictionaryEntry("gender", "x", "男", "m", "", "x"), "cannot stand below itself"),
        (ChangeDictionaryEntry("gender", "x", "男", "m", "", ""), "has no entry 'x'"),
        (MoveDictionaryEntry("gender", "male", "male"), "is no sibling"),
        (MoveDictionaryEntry("pet_breed", "poodle", "cat"), "is no sibling"),
        (RelabelDictionary("gender", " ", "x"), "the Chinese label has 0 characters"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_way_out(desk: Desk, command: object, said: str) -> None:
    assert said in desk.refused(command)


def test_only_an_administrator_keeps_dictionaries(desk: Desk) -> None:
    """S-20."""
    desk.office.create("olga", "operator")
    olga = desk.office.log_in("olga")
    refused = desk.do(CreateDictionary("mine", "我", "mine"), olga)
    assert (refused.stage, refused.detail) == (Stage.REFUSED, "not-permitted")


def test_a_change_stands_in_the_trail_with_its_values(desk: Desk, reading: Session) -> None:
    desk.done(ChangeDictionaryEntry("gender", "male", "先生", "Mr", "", ""))
    record = reading.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(1)).one()
    assert record.object == "dictionaries/gender/male"
    assert [(one.before, one.after) for one in record.changes] == [
        ('{"label_en": "Male", "label_zh": "男"}', '{"label_en": "Mr", "label_zh": "先生"}')
    ]


def test_reading_again_asks_for_the_mark_alone(desk: Desk, reading: Session) -> None:
    labels(reading, "gender", "zh")
    asked: list[str] = []
    engine = desk.office.reader

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    labels(reading, "gender", "zh")
    entries(reading, "gender")
    assert len(asked) == 2
    assert all("dictionary_marks" in one for one in asked)
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.both_databases
def test_what_was_rolled_back_is_forgotten(desk: Desk, reading: Session) -> None:
    with desk.office.sessions() as session:
        desk.module.handle(session, desk.chief, ChangeDictionaryEntry("gender", "male", "甲", "A", "", ""))
        session.flush()
        assert labels(session, "gender", "zh")["male"] == "甲"
        session.rollback()
    assert labels(reading, "gender", "zh")["male"] == "男"
    desk.done(ChangeDictionaryEntry("gender", "male", "乙", "B", "", ""))
    assert labels(reading, "gender", "zh")["male"] == "乙"


def test_a_full_dictionary_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("business.dictionaries.service.MOST_ENTRIES", 3)
    assert "has 3 entries, at most 3" in desk.refused(CreateDictionaryEntry("gender", "x", "某", "x"))


def test_positions_stay_a_row_of_numbers(desk: Desk, reading: Session) -> None:
    for code in ("east", "north", "west"):
        desk.done(MoveDictionaryEntry("orientation", code, "south"))
    positions = reading.scalars(
        select(DictionaryEntry.position)
        .where(DictionaryEntry.dictionary == "orientation")
        .order_by(DictionaryEntry.position)
    ).all()
    assert list(positions) == list(range(len(positions)))
    assert codes(reading, "orientation")[:4] == ["east", "north", "west", "south"]
    assert reading.scalar(select(func.count()).select_from(DictionaryEntry))
