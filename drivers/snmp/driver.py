"""SNMP as the composition root knows it."""

from config.site import Device, Template
from drivers.driver import Cadence, Decoder, Driver, Surroundings
from drivers.snmp.heard import HeardDriver
from drivers.snmp.plan import Plan
from drivers.snmp.polled import PolledDriver
from drivers.snmp.schema import Connection


class Snmp:
    name = "snmp"

    def decoder(self, template: Template) -> Decoder:
        return Plan(template)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, Plan)
        assert isinstance(device.connection, Connection)
        if device.connection.trap_port and (decoder.trapped or decoder.options.traps):
            return HeardDriver(device, cadence, decoder, surroundings)
        return PolledDriver(device, cadence, decoder, surroundings)
