"""The UPSes of an upsd and their variables, for `steward discover nut`."""

from collections.abc import AsyncIterator

from pydantic import Field

from drivers.backoff import Backoff
from drivers.driver import Surroundings
from drivers.exploring import Row
from drivers.nut.answer import Refused
from drivers.nut.schema import Connection
from drivers.nut.upsd import Upsd

TIMEOUT_S = 5.0


class Where(Connection):
    ups: str = Field(default="", description="Only this one, with its variables.")


class NutExplorer:
    where = Where

    async def explore(self, where: Where, surroundings: Surroundings) -> AsyncIterator[Row]:
        upsd = Upsd(
            where, lambda: surroundings.secret(where.password).reveal(), Backoff(), surroundings.clock
        )
        try:
            await upsd.opened()
            if not where.ups:
                for name, description in await upsd.listed(TIMEOUT_S, "UPS"):
                    yield {"ups": name, "description": description}
                return
            for variable, value in await upsd.listed(TIMEOUT_S, "VAR", where.ups):
                yield {"variable": variable, "value": value}
        except Refused as error:
            raise await upsd.without(where.ups, error, TIMEOUT_S) from error
        finally:
            await upsd.close()
