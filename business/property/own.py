"""What is somebody's own: whose an account is, and the houses from which follows what else he may see."""

from sqlalchemy import Select, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from business.access import Reach
from business.identity.model import User, count_access_up


def homes(reach: Reach) -> Select[int]:
    """The houses that he owns or lives in today; of a company those that it owns or trades in."""
    from business.property.companies import Merchant  # all of these refer to houses
    from business.property.living import Ownership, Stay, lasting

    owned = select(Ownership.house_id).where(
        or_(reach.of_person(Ownership.person_id), reach.of_company(Ownership.company_id)),
        lasting(Ownership, reach.today),
    )
    lived_in = select(Stay.house_id).where(reach.of_person(Stay.person_id), lasting(Stay, reach.today))
    traded_in = select(Merchant.house_id).where(
        or_(reach.of_company(Merchant.company_id), reach.of_person(Merchant.keeper_id)),
        Merchant.house_id.is_not(None),
        Merchant.removed_ns.is_(None),
        or_(Merchant.closed_on.is_(None), Merchant.closed_on > reach.today),
    )
    return select(union(owned, lived_in, traded_in).subquery().c.house_id)


def pass_on(session: Session, link_: InstrumentedAttribute[int | None], id_: int, to: int | None) -> None:
    """Users who were linked with one record are linked with another one from now on, or with none."""
    for user in session.scalars(select(User).where(link_ == id_)):
        setattr(user, link_.key, to)
        count_access_up(session)
