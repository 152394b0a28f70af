"""The REST routers of all modules, in the order of the document."""

from collections.abc import Sequence

from fastapi import APIRouter

from business.access.api import router as access
from business.alarm_orders.api import router as alarm_orders
from business.alarms.api import router as alarms
from business.audit.api import router as audit
from business.identity.api import router as identity
from business.identity.session_api import router as sessions
from business.identity.token_api import router as tokens
from business.inbound.api import router as inbound
from business.jobs.api import router as jobs
from business.linkage.api import router as linkage
from business.notifier.api import router as notify
from business.property.entities import ENTITIES
from business.registry.api import records
from business.rest.health import router as health
from business.webhooks.api import router as webhooks

ROUTERS: Sequence[APIRouter] = (
    tokens,
    identity,
    access,
    sessions,
    audit,
    jobs,
    webhooks,
    inbound,
    alarms,
    alarm_orders,
    linkage,
    notify,
    records(ENTITIES),
    health,
)
