"""REST: the work orders of alarms, and closing them."""

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from actors.messages import Alarm, ReturnToService
from actors.permissions import PERMISSIONS
from actors.said import in_language
from business.access import Person
from business.alarm_orders.closing import alarm_of_order, alarm_side
from business.alarm_orders.messages import READ, CloseAlarmOrder
from business.alarm_orders.model import RESULT_LENGTH, AlarmOrder
from business.alarm_orders.queries import AlarmOrderRow, WantedOrders, matching, order, order_row
from business.alarms.api import Spoken, standing
from business.rest.asking import Outside, Ports, Reader, ReadSession, existing, needs_here, read
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import Refusing, problems, refused
from business.rest.sending import Send, Sender, SendToPlant
from business.rest.shapes import Moment, Number, Shape, example, moment, moment_or_none

router = APIRouter(prefix="/alarm-orders", tags=["alarms"], dependencies=[Depends(needs_here(READ))])

_ORDER = {
    "id": 7,
    "number": "WO20260301-0007",
    "device": "ahu-3",
    "point": "supply-temp",
    "rule": "high",
    "alarm_class": "equipment",
    "plan": "",
    "zone": "b-2",
    "team": "engineering",
    "priority": 2,
    "text": "三号空调机组 送风温度过高",
    "first_event": 11,
    "last_event": 12,
    "joined": 2,
    "first_row": 4711,
    "last_row": 4780,
    "opened_at": "2026-03-01T08:00:00Z",
    "last_at": "2026-03-01T08:20:00Z",
    "cleared_at": "2026-03-01T09:30:00Z",
    "closed_at": "2026-03-01T10:00:00Z",
    "closed_by": "wang",
    "verdict": "",
    "result": "更换皮带，试机正常",
}
Done = Literal["untouched", "acknowledged", "returned-to-service", "refused"]
Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class AlarmOrderOut(BaseModel):
    model_config = example(_ORDER)
    id: int
    number: str
    device: str
    point: str
    rule: str = Field(description="'' for the order of a plan")
    alarm_class: str
    plan: str = Field(description="The linkage plan that asked for it; '' for an alarm")
    zone: str
    team: str
    priority: int = Field(description="1 critical to 4 low")
    text: str
    first_event: int
    last_event: int = Field(description="Occurrences of the alarm; 0 for a plan")
    joined: int = Field(description="How many came while it was open, the first included")
    first_row: int
    last_row: int = Field(description="Of the alarm journal, or of the requests of plans")
    opened_at: Moment
    last_at: Moment
    cleared_at: Moment | None = Field(description="Since when the alarm is over; null while it stands")
    closed_at: Moment | None
    closed_by: str
    verdict: str = Field(description="The verdict on the alarm, where that closed it")
    result: str


class Closing(Shape):
    model_config = example({"result": "更换皮带，试机正常"})
    result: Annotated[str, Field(min_length=1, max_length=RESULT_LENGTH, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ClosedOut(BaseModel):
    model_config = example(
        {
            "order": _ORDER,
            "alarm": "acknowledged",
            "trouble": "",
        }
    )
    order: AlarmOrderOut
    alarm: Done = Field(description="What came of the alarm, with the rights of who closes")
    trouble: str = Field(description="Why the alarm was left as it is, if it was to be changed")


async def wanted_of(
    open: Annotated[bool | None, Query(description="Open ones or closed ones alone")] = None,  # noqa: A002
    team: Text = "",
    device: Text = "",
    number: Text = "",
) -> WantedOrders:
    return WantedOrders(open, team, device, number)


@router.get("", summary="报警工单 · Work orders of alarms", responses=problems(403))
def list_orders(
    session: ReadSession, spoken: Spoken, wanted: Wanted, which: Annotated[WantedOrders, Depends(wanted_of)]
) -> Page[AlarmOrderOut]:
    """The newest first."""

    def shape(one: AlarmOrder) -> AlarmOrderOut:
        return _out(order_row(one), spoken)

    return page(session, matching(which), [AlarmOrder.id], wanted, shape, newest_first=True)


@router.get("/{order_id}", summary="查看报警工单 · Read an order", responses=problems(403, 404))
def read_order(order_id: Number, session: ReadSession, spoken: Spoken) -> AlarmOrderOut:
    return _out(existing(order(session, order_id)), spoken)


@router.post("/{order_id}/close", summary=both(CloseAlarmOrder.label), responses=problems(403, 404, 422))
async def close_order(
    order_id: Number,
    body: Closing,
    ports: Outside,
    reader: Reader,
    spoken: Spoken,
    send: Send,
    to_plant: SendToPlant,
) -> ClosedOut:
    """The alarm is put back in service if it is out under this order, else acknowledged if it waits."""
    before = await read(ports, lambda session: order(session, order_id))
    await send(CloseAlarmOrder(order_id, body.result))
    done: Done
    try:
        alarm = alarm_of_order(before, (await standing(ports)).alarms)
        here = await asyncio.to_thread(ports.authority.here)
        done, trouble = await _alarm_side(before, alarm, body.result, reader, here, to_plant), ""
    except Refusing as why:
        done, trouble = "refused", _reason(ports, why, spoken)
    after = await read(ports, lambda session: order(session, order_id))
    return ClosedOut(order=_out(after, spoken), alarm=done, trouble=trouble)


async def _alarm_side(
    one: AlarmOrderRow, alarm: Alarm | None, result: str, reader: Person, here: str, send: Sender
) -> Done:
    """Raises Refusing."""
    command = alarm_side(one, alarm, result)
    if command is None:
        return "untouched"
    if why := reader.refusal(PERMISSIONS[type(command)], here):  # nobody oversteps by closing an order
        raise refused(why)
    # A command of its own, so with an id of its own.
    await replace(send, key=f"{send.key} alarm" if send.key else "")(command)
    return "returned-to-service" if isinstance(command, ReturnToService) else "acknowledged"


def _reason(ports: Ports, why: Refusing, spoken: str) -> str:
    return ports.words(spoken, why.detail) if isinstance(why.detail, str) else why.detail.in_language(spoken)


def _out(one: AlarmOrderRow, spoken: str) -> AlarmOrderOut:
    return AlarmOrderOut(
        id=one.id,
        number=one.number,
        device=one.device,
        point=one.point,
        rule=one.rule,
        alarm_class=one.alarm_class,
        plan=one.plan,
        zone=one.zone,
        team=one.team,
        priority=one.priority,
        text=in_language(one.text, spoken),
        first_event=one.first_event,
        last_event=one.last_event,
        joined=one.joined,
        first_row=one.first_row,
        last_row=one.last_row,
        opened_at=moment(one.opened_ns),
        last_at=moment(one.last_ns),
        cleared_at=moment_or_none(one.cleared_ns),
        closed_at=moment_or_none(one.closed_ns),
        closed_by=one.closed_by,
        verdict=one.verdict,
        result=one.result,
    )
