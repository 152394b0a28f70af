"""Which account is whose: what belongs to that person or company is the user's own."""

from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access.granting import home_of
from business.access.held import path_of
from business.access.model import Scope
from business.gate import Refused
from business.identity.account import user_named
from business.identity.model import count_access_up
from business.property.companies import Company
from business.property.messages import LinkUser, UserLinked
from business.property.people import Person


def scopes_of(session: Session, command: LinkUser) -> tuple[str, ...]:
    """Where the user has grants, and where those belong with whom he is linked. Raises Refused."""
    linked = [one for one in _linked(session, command) if one is not None]
    home = home_of(session, user_named(session, command.user).id)
    return (home, *(path_of(session.get_one(Scope, one.scope_id)) for one in linked))


def link(session: Session, issuer: Issuer, command: LinkUser) -> UserLinked:
    """Raises Refused."""
    user = user_named(session, command.user)
    if issuer.session and user.name == issuer.user:
        raise Refused(
            said(
                "不能关联自己的账号；请由另一位管理员办理",
                "nobody links his own account; ask another administrator",
            )
        )
    person, company = _linked(session, command)
    user.person_id = person.id if person is not None else None
    user.company_id = company.id if company is not None else None
    count_access_up(session)
    return UserLinked(user.name)


def _linked(session: Session, command: LinkUser) -> tuple[Person | None, Company | None]:
    person = session.get(Person, command.person) if command.person is not None else None
    company = session.get(Company, command.company) if command.company is not None else None
    for id_, found, zh, en in (
        (command.person, person, "人员", "person"),
        (command.company, company, "单位", "company"),
    ):
        if id_ is not None and (found is None or found.removed_ns is not None):
            raise Refused(
                said(
                    f"没有编号为 {id_} 的{zh}，请核对编号或从列表中选择",
                    f"there is no {en} with id {id_}; check it, or choose one from the list",
                )
            )
    return person, company
