"""Every process derives the same tables."""

from dataclasses import replace

from actors.table import tables
from config.site import Site, Subsystem
from tests.actors.small_site import point, site


def two_fields() -> Site:
    base = site(point("temperature"), devices=("c", "a", "b", "slow", "far"))
    devices = dict(base.devices)
    devices["slow"] = replace(devices["slow"], period_s=5.0)
    devices["far"] = replace(devices["far"], subsystem="far", process="field-2")
    far = Subsystem("far", "hvac", base.subsystems["hvac"].name, "field-2", ("day",))
    return replace(base, devices=devices, subsystems={**base.subsystems, "far": far})


def test_devices_of_one_template_and_period_are_one_table_sorted_by_id() -> None:
    found = {table.id: [device.id for device in table.devices] for table in tables(two_fields())}
    assert found == {
        "field-1/ahu@1": ["a", "b", "c"],
        "field-1/ahu@5": ["slow"],
        "field-2/ahu@1": ["far"],
    }


def test_a_field_process_has_its_own_tables_only() -> None:
    assert [table.id for table in tables(two_fields(), "field-2")] == ["field-2/ahu@1"]
    assert tables(two_fields(), "field-3") == ()


def test_tables_do_not_depend_on_the_order_in_the_files() -> None:
    one = two_fields()
    other = replace(one, devices=dict([*one.devices.items()][::-1]))
    assert tables(one) == tables(other)


def test_a_row_is_found_by_device() -> None:
    (table,) = tables(site(point("temperature"), devices=("b", "a")))
    assert table.row == {"a": 0, "b": 1}
    assert [table.devices[row].id for row in table.row.values()] == ["a", "b"]


def test_the_digest_names_rows_and_columns_and_nothing_else() -> None:
    (one,) = tables(site(point("temperature"), version=1))
    (same,) = tables(site(point("temperature", unit="K"), version=2))
    (longer,) = tables(site(point("temperature"), devices=("ahu-1", "ahu-2", "ahu-3")))
    (wider,) = tables(site(point("temperature"), point("humidity")))
    (shifted,) = tables(site(point("ahu-2"), point("temperature"), devices=("ahu-1",)))
    assert one.digest == same.digest
    assert len({one.digest, longer.digest, wider.digest, shifted.digest}) == 4
