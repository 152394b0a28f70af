"""Protocol clients and their simulated twins. No module here knows what an actor is."""

from collections.abc import Mapping

from config.driver_schema import DriverSchema
from drivers.calc import Calc, CalcSchema
from drivers.driver import DriverType
from drivers.host import Host, HostSchema
from drivers.modbus import Modbus
from drivers.modbus_schema import ModbusSchema

DRIVERS: Mapping[str, DriverType] = {driver.name: driver for driver in (Modbus(), Calc(), Host())}
SCHEMAS: Mapping[str, DriverSchema] = {
    schema.name: schema for schema in (ModbusSchema(), CalcSchema(), HostSchema())
}
