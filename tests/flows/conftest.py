"""A farm and a running site for the flows of a file, which leave both as they found them.

No file sees what another wrote, so files run in any order and beside each other.
"""

from collections.abc import Iterator

import pytest

from actors.messages import Issuer
from benchmarks.modbus_farm import Farm
from tests.flows.house import House, calm, house

DEVICES = 12


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    """Its counters move every 100 ms; everything else is at rest."""
    with Farm(DEVICES, registers=20, period_s=0.1) as farm:
        calm(farm, DEVICES)
        yield farm


@pytest.fixture(scope="module")
def home(farm: Farm) -> Iterator[House]:
    with house(farm) as found:
        yield found.start()


@pytest.fixture(scope="module")
def chief(home: House) -> Issuer:
    """Runs system and plant; `warden` manages the users, `olga` is an operator and `vera` a viewer."""
    chief = home.administrator()
    warden = home.log_in("warden")
    home.add_user(warden, "olga", "operator")
    home.add_user(warden, "vera", "viewer")
    return chief
