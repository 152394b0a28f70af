"""The objects of a played device, as bacpypes3 has them: with names, change of value, priority arrays."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from bacpypes3.basetypes import BinaryPV, EngineeringUnits, EventTransitionBits, PropertyIdentifier, TimeStamp
from bacpypes3.local.cmd import Commandable
from bacpypes3.local.cov import COVIncrementCriteria, GenericCriteria
from bacpypes3.local.object import Object
from bacpypes3.primitivedata import CharacterString, ObjectIdentifier
from bacpypes3.vendor import get_vendor_info

from drivers.bacnet.layout import Place
from drivers.bacnet.names import LISTS, OBJECT_TYPES
from drivers.bacnet.schema import TREND_LOG
from drivers.bacnet.tags import ObjectId
from drivers.bacnet.values import Form
from drivers.driver import Value

VENDOR = 999
_ANALOGUE = ("analog-input", "analog-output", "analog-value", "large-analog-value")
_COUNTED = ("integer-value", "positive-integer-value")
_COMMANDED = (
    *("analog-output", "analog-value", "binary-output", "binary-value", "multi-state-output"),
    *("multi-state-value", "large-analog-value", "integer-value", "positive-integer-value"),
    "characterstring-value",
)
_BINARY = ("binary-input", "binary-output", "binary-value")
_TEXT = OBJECT_TYPES["characterstring-value"]
_UNITS = {"°C": "degreesCelsius", "%": "percent", "kW": "kilowatts", "kWh": "kilowattHours", "Pa": "pascals"}

_WITH_INCREMENT = {OBJECT_TYPES[name] for name in (*_ANALOGUE, *_COUNTED)}
_WITH_COMMAND = {OBJECT_TYPES[name] for name in _COMMANDED}

Written = Callable[[ObjectId, int], None]
"""An object of the device, and the property of it that somebody has written."""


def made(object_: ObjectId, name: str, description: str, unit: str, written: Written) -> Any:
    """A local object of bacpypes3; what is written to it by others is told by `written`."""
    given: dict[str, Any] = {
        "objectIdentifier": ObjectIdentifier(tuple(object_)),
        "objectName": name,
        "description": description,
    }
    if object_.type in _WITH_INCREMENT:
        given["covIncrement"] = 0
    if object_.type in _WITH_INCREMENT:
        given["units"] = EngineeringUnits(_UNITS.get(unit, "noUnits"))
    if object_.type != TREND_LOG:
        given |= {"presentValue": _blank(object_.type), "eventState": "normal", "outOfService": False}
        given["reliability"] = "noFaultDetected"
        given["ackedTransitions"] = EventTransitionBits([1, 1, 1])
        given["eventTimeStamps"] = [TimeStamp(sequenceNumber=0) for _ in range(3)]
    class_ = _class(object_.type)
    lists = {PropertyIdentifier(number).attr for number in LISTS}
    given |= {name: class_._elements[name]([]) for name in lists & class_._elements.keys()}
    known = {key: value for key, value in given.items() if key in class_._elements}
    played = class_(**known)
    played._written = lambda attribute: written(object_, int(PropertyIdentifier(attribute)))
    return played


def assign(played: Any, place: Place, value: Value) -> None:
    """Let a property, or an element of it, show a value; a command of somebody stays above it."""
    attribute = PropertyIdentifier(place.ref.property).attr
    kind = played._elements[attribute]
    before = getattr(played, attribute)
    if place.form.is_list:
        fitting: Any = kind(_listed([*before], place.form, value))
    elif place.ref.element is not None:
        elements = [*(before or ())]
        elements += [kind._subtype(0)] * (place.ref.element - len(elements))
        elements[place.ref.element - 1] = _fitting(kind._subtype, attribute, played, value)
        fitting = kind(elements)
    else:
        fitting = _fitting(kind, attribute, played, value)
    if attribute == "presentValue" and isinstance(played, Commandable):
        played.relinquishDefault = fitting
        played.recalculating()
    else:
        setattr(played, attribute, fitting)


def _listed(held: list[Any], form: Form, value: Value) -> list[Any]:
    """With one of those that the point tells of, or without them all."""
    others = [one for one in held if int(one) not in form.one_of]
    return [*others, min(form.one_of)] if value and form.one_of else others


def _fitting(kind: Any, attribute: str, played: Any, value: Value) -> Any:
    if isinstance(value, str):
        return CharacterString(value)
    if issubclass(kind, float):
        return kind(value)
    if math.isnan(value):
        raise ValueError(f"{attribute} of {played.objectName} cannot be NaN")
    return kind(round(value))


def held(played: Any, place: Place) -> Value:
    value = getattr(played, PropertyIdentifier(place.ref.property).attr)
    if place.form.is_list:
        chosen = [one for one in value if not place.form.one_of or int(one) in place.form.one_of]
        return float(min(len(chosen), 1) if place.form.one_of else len(chosen))
    if place.ref.element is not None:
        value = value[place.ref.element - 1]
    if place.form.bit is not None:
        return float(value[place.form.bit])
    return str(value) if isinstance(value, str) else float(value)


class _Flags:
    """The library computes status flags when they are read and tells old ones with changes."""

    def send_cov_notifications(self: Any, subscription: Any = None) -> None:
        self.statusFlags = self.obj.statusFlags
        super().send_cov_notifications(subscription)  # type: ignore[misc]


class _IncrementCriteria(_Flags, COVIncrementCriteria):  # type: ignore[misc]
    pass


class _AnyCriteria(_Flags, GenericCriteria):  # type: ignore[misc]
    pass


@cache
def _class(type_: int) -> Any:
    base = get_vendor_info(0).get_object_class(type_)
    if base is None:
        raise ValueError(f"a twin cannot play objects of type {type_}")

    async def write_property(
        self: Any, attr: Any, value: Any, index: Any = None, priority: Any = None
    ) -> None:
        await super(class_, self).write_property(attr, value, index, priority)
        self._written(attr if isinstance(attr, str) else self._property_identifier_class(attr).attr)

    bases = (*([Commandable] if type_ in _WITH_COMMAND else []), Object, base)
    criteria = _IncrementCriteria if type_ in _WITH_INCREMENT else _AnyCriteria
    class_: Any = type(
        f"Played{type_}",
        bases,
        {"_vendor_id": VENDOR, "_cov_criteria": criteria, "_written": None, "write_property": write_property},
    )
    return class_


def _blank(type_: int) -> Any:
    if type_ == _TEXT:
        return ""
    if type_ in {OBJECT_TYPES[name] for name in _BINARY}:
        return BinaryPV("inactive")
    return 1 if "multi-state" in _NAMES[type_] else 0


_NAMES = {number: name for name, number in OBJECT_TYPES.items()}
