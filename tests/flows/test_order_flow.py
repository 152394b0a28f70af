"""An alarm of the plant has its work order on the whole site, once, though `office` is killed (S4, F-8)."""

from typing import Any

import httpx

from benchmarks.modbus_farm import Farm
from tests.flows.house import CALM, HOT, PASSWORD, TEMPERATURE, calm, eventually, house

CLASS = """
[[alarm_class]]
id = "process"
name = { zh = "工艺", en = "Process" }
order_team = "engineering"
"""


def test_an_alarm_has_one_order_across_a_killed_office() -> None:
    with Farm(2, registers=20, period_s=0.1) as farm, house(farm) as home:
        calm(farm, 2)
        with (home.site / "site.toml").open("a", encoding="utf-8") as written:
            written.write(CLASS)
        home.start()
        home.administrator()
        with httpx.Client(base_url=f"{home.office}/api/v1", timeout=30) as client:
            entered = {"grant": "password", "user": "chief", "password": PASSWORD}
            token = client.post("/tokens", json=entered).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"

            def orders() -> list[Any]:
                got = client.get("/alarm-orders?open=true")
                return list(got.json()["items"]) if got.status_code == 200 else []

            farm.set(0, TEMPERATURE, HOT)
            (order,) = eventually(orders, what="the order")
            assert (order["device"], order["team"], order["joined"]) == ("u00", "engineering", 1)
            before = home.kill("office")
            farm.set(0, TEMPERATURE, CALM)
            eventually(lambda: home.transitions("u00")[-1] == "return_to_normal", what="the return")
            farm.set(0, TEMPERATURE, HOT)
            farm.set(1, TEMPERATURE, HOT)
            home.wait_back("office", before)
            eventually(
                lambda: sorted(one["joined"] for one in orders()) == [1, 2], what="one more, one joined"
            )
            opened = [one for one in home.audited("alarm_orders/") if one.kind == "OpenAlarmOrder"]
            assert len(opened) == 3
