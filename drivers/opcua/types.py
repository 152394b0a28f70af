"""Asks a server for the definitions of its own structures (Part 3, 8.48), once for each type."""

import asyncio
from typing import Any

from asyncua import ua

from drivers.opcua.reading import Attribute, browse_one, read_attributes
from drivers.opcua.structures import DEEPEST, Definition, Field, Kind
from drivers.opcua.wire import Refused, Wire

_STRUCTURE, _ENUMERATION = 22, 29
_ABSTRACT = {
    24: ua.VariantType.Variant,
    26: ua.VariantType.Variant,
    27: ua.VariantType.Variant,
    28: ua.VariantType.Variant,
    _STRUCTURE: ua.VariantType.ExtensionObject,
    _ENUMERATION: ua.VariantType.Int32,
}
"""Data types of the standard that are no built-in types themselves, and how their values travel."""
_LAST_BUILT_IN = 25
_TOO_DEEP = 0x8008_0000
"""BadEncodingLimitsExceeded."""


class Types:
    """What is known of the types of one server."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.known: dict[ua.NodeId, Definition | None] = {}
        """By the node id of the binary encoding."""
        self._of: dict[ua.NodeId, Definition | ua.VariantType] = {}
        """By the node id of the data type."""
        self._asking = asyncio.Lock()
        """A definition is whole only once all that it holds were asked for: nobody may take it before."""

    async def load(self, encoding: ua.NodeId) -> None:
        """So that `known` has it, if only as None. Raises LinkError."""
        try:
            encoded = await browse_one(
                self._wire, encoding, ua.ObjectIds.HasEncoding, ua.BrowseDirection.Inverse
            )
            made = await self.of(encoded) if encoded is not None else None
        except Refused:
            made = None
        self.known[encoding] = made if isinstance(made, Definition) else None

    async def of(self, data_type: ua.NodeId) -> Definition | ua.VariantType:
        """How values of that data type travel. Raises LinkError and Refused."""
        async with self._asking:
            try:
                return await self._asked(data_type, 0)
            except BaseException:
                self._of.clear()  # some may be halves
                raise

    async def _asked(self, data_type: ua.NodeId, depth: int) -> Definition | ua.VariantType:
        if data_type in self._of:
            return self._of[data_type]
        if not data_type.NamespaceIndex and isinstance(data_type.Identifier, int):
            number = data_type.Identifier
            if number in _ABSTRACT:
                return _ABSTRACT[number]
            if 0 < number <= _LAST_BUILT_IN:
                return ua.VariantType(number)
        if depth > DEEPEST:
            raise Refused(_TOO_DEEP, f"types nested deeper than {DEEPEST}: {data_type}")
        (defined,) = await read_attributes(
            self._wire, [Attribute(data_type, ua.AttributeIds.DataTypeDefinition)]
        )
        if isinstance(defined[0], ua.StructureDefinition):
            return await self._structure(data_type, defined[0], depth)
        base = await browse_one(self._wire, data_type, ua.ObjectIds.HasSubtype, ua.BrowseDirection.Inverse)
        known: Any = (
            await self._asked(base, depth + 1) if base is not None else ua.VariantType.ExtensionObject
        )
        self._of[data_type] = known
        return known  # type: ignore[no-any-return]

    async def _structure(
        self, data_type: ua.NodeId, defined: ua.StructureDefinition, depth: int
    ) -> Definition:
        kind = Kind(int(defined.StructureType))
        made = self._of[data_type] = Definition(str(data_type), kind)  # before its fields: it may hold itself
        subtypes = kind in (Kind.PLAIN_WITH_SUBTYPES, Kind.UNION_WITH_SUBTYPES)
        for one in defined.Fields or ():
            type_ = await self._asked(one.DataType, depth + 1)
            if subtypes and one.IsOptional:
                is_structure = isinstance(type_, Definition)
                type_ = ua.VariantType.ExtensionObject if is_structure else ua.VariantType.Variant
            made.fields.append(Field(str(one.Name), type_, max(int(one.ValueRank), 0), bool(one.IsOptional)))
        return made
