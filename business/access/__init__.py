"""Who may do what, and where: roles, scopes, grants, and the one place that is asked at every command."""

from business.access.authority import IDLE_NS, LIFETIME_NS, REFRESH_NS, SECOND_NS, Authority
from business.access.permission import ANYWHERE, EVERYBODY, OWN, ROOT, permission_of
from business.access.person import Held, Person, Reach, below, within
from business.access.refusals import Refusal

__all__ = [
    "ANYWHERE",
    "EVERYBODY",
    "IDLE_NS",
    "LIFETIME_NS",
    "OWN",
    "REFRESH_NS",
    "ROOT",
    "SECOND_NS",
    "Authority",
    "Held",
    "Person",
    "Reach",
    "Refusal",
    "below",
    "permission_of",
    "within",
]
