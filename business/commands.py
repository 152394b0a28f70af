"""Every command of the business, and the module that carries it out."""

from collections.abc import Mapping
from types import MappingProxyType

from actors.wire import Codec
from business.identity import messages as identity
from business.jobs import messages as jobs

MODULES: Mapping[type, str] = MappingProxyType(
    {**dict.fromkeys(identity.COMMANDS, "identity"), **dict.fromkeys(jobs.COMMANDS, "jobs")}
)
"""The name of the module's actor, by the class of the command."""

BUSINESS_COMMANDS = Codec(*MODULES)
"""Commands, anyone to office."""
