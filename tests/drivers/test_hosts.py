"""A host is a name or an address: what is written with it by mistake is told when the site is read."""

import pytest
from pydantic import ValidationError

from drivers.strict import Host, SecretName, Strict


class Place(Strict):
    host: Host = ""
    password: SecretName = ""


@pytest.mark.parametrize("host", ["", "10.0.0.9", "gateway-3.local", "fe80::1%eth0", "::1", "网关"])
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert Place(host=host).host == host


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("10.0.0.9:502", "write its port as port"),
        ("http://10.0.0.9", "nothing like http:// before it"),
        ("10.0.0.9 ", "a space or a slash"),
        ("10.0.0.9/24", "a space or a slash"),
        ("gateway..local", "between two dots there are 1 to 63 characters"),
        ("g" * 64 + ".local", "between two dots there are 1 to 63 characters"),
    ],
)
def test_what_is_written_with_a_host_is_refused(host: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Place(host=host)


def test_a_password_for_the_name_of_a_secret_is_refused() -> None:
    assert Place(password="bms-password").password == "bms-password"
    with pytest.raises(ValidationError, match="the secret itself never stands in a file"):
        Place(password="Secret 123!")
    assert Place.model_json_schema()["properties"]["password"]["pattern"] == "^([a-z][a-z0-9-]*)?$"
