"""One farm and one running site, for the flows that leave both as they found them."""

from collections.abc import Iterator

import pytest

from actors.messages import Issuer
from benchmarks.modbus_farm import Farm
from tests.flows.house import House, calm, house

DEVICES = 12


@pytest.fixture(scope="session")
def farm() -> Iterator[Farm]:
    """Its counters move every 100 ms; everything else is at rest."""
    with Farm(DEVICES, registers=20, period_s=0.1) as farm:
        calm(farm, DEVICES)
        yield farm


@pytest.fixture(scope="session")
def home(farm: Farm) -> Iterator[House]:
    with house(farm) as found:
        yield found.start()


@pytest.fixture(scope="session")
def chief(home: House) -> Issuer:
    """Runs system and plant; `warden` manages the users, `olga` is an operator and `vera` a viewer."""
    chief = home.administrator()
    warden = home.log_in("warden")
    home.add_user(warden, "olga", "operator")
    home.add_user(warden, "vera", "viewer")
    return chief
