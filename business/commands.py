"""Every command of the business, and the module that carries it out."""

from collections.abc import Mapping
from types import MappingProxyType

from actors.wire import Codec
from business.access import messages as access
from business.alarm_database import messages as alarm_database
from business.alarm_orders import messages as alarm_orders
from business.alarm_report import messages as alarm_report
from business.audit import messages as audit
from business.backup import messages as backup
from business.configuration import messages as configuration
from business.dictionaries import messages as dictionaries
from business.duplicates import messages as duplicates
from business.duty import messages as duty
from business.exporting import messages as exporting
from business.identity import messages as identity
from business.identity import token_messages as tokens
from business.importing import messages as importing
from business.jobs import messages as jobs
from business.menus import messages as menus
from business.notifier import commands as notifier
from business.numbering import messages as numbering
from business.organisation import messages as organisation
from business.printing import messages as printing
from business.privacy import messages as privacy
from business.property import messages as property_
from business.push import messages as push
from business.registry import messages as registry
from business.reviews import messages as reviews
from business.simulations import messages as simulations
from business.webhooks import messages as webhooks

MODULES: Mapping[type, str] = MappingProxyType(
    {
        **dict.fromkeys(access.COMMANDS, "access"),
        **dict.fromkeys(alarm_database.COMMANDS, "configuration"),
        **dict.fromkeys(alarm_orders.COMMANDS, "alarm-orders"),
        **dict.fromkeys(alarm_report.COMMANDS, "alarm-report"),
        **dict.fromkeys(audit.COMMANDS, "audit"),
        **dict.fromkeys(backup.COMMANDS, "backup"),
        **dict.fromkeys(configuration.COMMANDS, "configuration"),
        **dict.fromkeys(dictionaries.COMMANDS, "dictionaries"),
        **dict.fromkeys(duplicates.COMMANDS, "duplicates"),
        **dict.fromkeys(duty.COMMANDS, "duty"),
        **dict.fromkeys(exporting.COMMANDS, "exporting"),
        **dict.fromkeys(identity.COMMANDS, "identity"),
        **dict.fromkeys(importing.COMMANDS, "importing"),
        **dict.fromkeys(jobs.COMMANDS, "jobs"),
        **dict.fromkeys(menus.COMMANDS, "menus"),
        **dict.fromkeys(notifier.COMMANDS, "notifier"),
        **dict.fromkeys(numbering.COMMANDS, "numbering"),
        **dict.fromkeys(organisation.COMMANDS, "organisation"),
        **dict.fromkeys(printing.COMMANDS, "printing"),
        **dict.fromkeys(privacy.COMMANDS, "privacy"),
        **dict.fromkeys(property_.COMMANDS, "property"),
        **dict.fromkeys(push.COMMANDS, "push"),
        **dict.fromkeys(registry.COMMANDS, "registry"),
        **dict.fromkeys(reviews.COMMANDS, "reviews"),
        **dict.fromkeys(simulations.COMMANDS, "simulations"),
        **dict.fromkeys(tokens.COMMANDS, "tokens"),
        **dict.fromkeys(webhooks.COMMANDS, "webhooks"),
    }
)
"""The name of the module's actor, by the class of the command."""

BUSINESS_COMMANDS = Codec(*MODULES)
"""Commands, anyone to office."""
