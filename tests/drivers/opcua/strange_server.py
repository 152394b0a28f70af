"""A server of asyncua in a process of its own, strange in ways that the standard allows.

python strange_server.py JSON: `at_once` is how many it takes in one request and refuses beyond, `items` of
how many it does in one CreateMonitoredItems and leaves the others out. Says "ready PORT".
"""

import asyncio
import json
import sys
from typing import Any

from asyncua import Server, ua
from asyncua.common.structures104 import new_enum, new_struct, new_struct_field
from asyncua.server.internal_session import InternalSession

PLANT = "urn:strange:plant"
TELLS = json.loads(sys.argv[1])
POINTS = 40


def node(name: str, space: int) -> ua.NodeId:
    return ua.NodeId.from_string(f"ns={space};s={name}")


def limited(name: str, of: str | None) -> None:
    """A service refuses more than `at_once` operations."""
    real = getattr(InternalSession, name)

    async def refusing(self: InternalSession, params: Any) -> Any:
        if self.external and len(getattr(params, of) if of else params) > TELLS["at_once"]:
            raise ua.uaerrors.BadTooManyOperations
        return await real(self, params)

    setattr(InternalSession, name, refusing)


def incomplete() -> None:
    real = InternalSession.create_monitored_items

    async def some(self: InternalSession, params: Any) -> Any:
        params.ItemsToCreate = params.ItemsToCreate[: TELLS["items"]]
        return await real(self, params)

    InternalSession.create_monitored_items = some  # type: ignore[method-assign]


async def main() -> None:
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    space = await server.register_namespace(PLANT)
    plant = await server.nodes.objects.add_object(node("plant", space), f"{space}:plant")
    for at in range(POINTS):
        made = await plant.add_variable(node(f"v{at}", space), f"{space}:v{at}", float(at))
        await made.set_writable()
    kinds = [await new_enum(server, space, f"Kind{at}", ["a", "b"]) for at in range(4)]
    inner, _ = await new_struct(
        server,
        space,
        "Inner",
        [*(new_struct_field(f"k{at}", kind) for at, kind in enumerate(kinds)),
         new_struct_field("v", ua.VariantType.Double)],
    )  # fmt: skip
    outer, _ = await new_struct(
        server,
        space,
        "Outer",
        [new_struct_field("inner", inner), new_struct_field("x", ua.VariantType.Double)],
    )
    types: Any = await server.load_data_type_definitions()
    held = types["Inner"](*[1] * 4, v=7.0)
    for name, value, kind in (
        ("inner", held, inner.nodeid),
        ("outer", types["Outer"](inner=held, x=42.0), outer.nodeid),
    ):
        await plant.add_variable(node(name, space), f"{space}:{name}", value, datatype=kind)
    if "at_once" in TELLS:
        for name, of in (
            ("read", "NodesToRead"),
            ("translate_browsepaths_to_nodeids", None),
            ("create_monitored_items", "ItemsToCreate"),
            ("browse", "NodesToBrowse"),
        ):
            limited(name, of)
    if "items" in TELLS:
        incomplete()
    async with server:
        listening: Any = server.bserver
        print("ready", listening._server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
