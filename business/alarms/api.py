"""REST: alarms, their journal, and what may be done about them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from actors.messages import (
    AcknowledgeAlarm,
    Alarms,
    EndArea,
    Journal,
    JournalFilter,
    ReadAlarms,
    ReadJournal,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    SetArea,
    ShelveAlarm,
    SilenceAlarm,
    TickStep,
    UnshelveAlarm,
)
from business.access.plant import WATCH
from business.alarms.shapes import (
    AlarmOut,
    AreaOut,
    JournalOut,
    Judged,
    NewArea,
    Noted,
    Occurrence,
    OutOfService,
    Place,
    Reasoned,
    Shelf,
    Ticked,
    alarm_out,
    area_out,
    journal_out,
)
from business.rest.asking import Outside, Ports, asked_of_core, needs_here
from business.rest.paging import MOST, Page
from business.rest.problems import language, problems
from business.rest.sending import SendToPlant
from business.rest.shapes import Moment, PathName, nanoseconds

router = APIRouter(prefix="/alarms", tags=["alarms"], dependencies=[Depends(needs_here(WATCH))])

_UNTOUCHED = problems(403, 404, 409, 422)


async def spoken_of(accept_language: Annotated[str, Header(max_length=200)] = "") -> str:
    return language(accept_language)


Spoken = Annotated[str, Depends(spoken_of)]
Several = Annotated[list[Place], Query(max_length=200)]


async def standing(ports: Ports) -> Alarms:
    """Raises Refusing."""
    found = await asked_of_core(ports, ReadAlarms())
    return Alarms(
        tuple(alarm for chunk in found for alarm in chunk.alarms),
        tuple(area for chunk in found for area in chunk.areas),
    )


# --- reading


@router.get("", summary="当前报警 · Alarms that stand", responses=problems(403))
async def list_alarms(
    ports: Outside,
    spoken: Spoken,
    state: Several = [],  # noqa: B006  # FastAPI copies it
    priority: Annotated[list[int], Query(max_length=4)] = [],  # noqa: B006
    alarm_class: Several = [],  # noqa: B006
    device: Several = [],  # noqa: B006
) -> list[AlarmOut]:
    """All that are not normal, the hidden ones too; the most urgent first."""
    found = await standing(ports)
    return [
        alarm_out(one, spoken)
        for one in found.alarms
        if (not state or one.state.value in state)
        and (not priority or one.priority in priority)
        and (not alarm_class or one.alarm_class in alarm_class)
        and (not device or one.device in device)
    ]


async def searched_of(
    device: Several = [],  # noqa: B006
    alarm_class: Several = [],  # noqa: B006
    transition: Several = [],  # noqa: B006
    user: Several = [],  # noqa: B006
    priority: Annotated[list[int], Query(max_length=4)] = [],  # noqa: B006
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of the page at most")] = 50,
    cursor: Annotated[
        str, Query(max_length=20, pattern=r"^\d*$", description="`next` of the page before")
    ] = "",
) -> ReadJournal:
    wanted = JournalFilter(
        devices=tuple(device),
        classes=tuple(alarm_class),
        transitions=tuple(transition),
        users=tuple(user),
        priorities=tuple(priority),
        since_ns=nanoseconds(since) if since else 0,
        until_ns=nanoseconds(until) if until else 0,
    )
    return ReadJournal(min(int(cursor or 0), 2**62), limit, wanted)


@router.get("/journal", summary="报警日志 · The alarm journal", responses=problems(403))
async def read_journal(
    ports: Outside, spoken: Spoken, searched: Annotated[ReadJournal, Depends(searched_of)]
) -> Page[JournalOut]:
    """Every transition, the newest first."""
    rows = [
        row
        for chunk in await asked_of_core(ports, searched)
        if isinstance(chunk, Journal)
        for row in chunk.rows
    ]
    following = str(rows[-1].id) if len(rows) == searched.limit else None
    return Page(items=[journal_out(row, spoken) for row in rows], next=following)


@router.get("/areas", summary="测试、演练与施工 · Modes in force", responses=problems(403))
async def list_areas(ports: Outside) -> list[AreaOut]:
    return [area_out(one) for one in (await standing(ports)).areas]


# --- acting


@router.post("/acknowledge", summary="确认 · Acknowledge", status_code=204, responses=_UNTOUCHED)
async def acknowledge(body: Noted, send: SendToPlant) -> None:
    await send(AcknowledgeAlarm(body.device, body.point, body.rule, body.event, body.note))


@router.post("/silence", summary="消音 · Silence", status_code=204, responses=_UNTOUCHED)
async def silence(body: Occurrence, send: SendToPlant) -> None:
    await send(SilenceAlarm(body.device, body.point, body.rule, body.event))


@router.post("/reset", summary="复位 · Reset what is latched", status_code=204, responses=_UNTOUCHED)
async def reset(body: Noted, send: SendToPlant) -> None:
    await send(ResetAlarm(body.device, body.point, body.rule, body.event, body.note))


@router.post("/shelve", summary="搁置 · Shelve", status_code=204, responses=_UNTOUCHED)
async def shelve(body: Shelf, send: SendToPlant) -> None:
    until_ns = nanoseconds(body.until)
    await send(ShelveAlarm(body.device, body.point, body.rule, until_ns, body.one_shot, body.reason))


@router.post("/unshelve", summary="取消搁置 · Unshelve", status_code=204, responses=_UNTOUCHED)
async def unshelve(body: Reasoned, send: SendToPlant) -> None:
    await send(UnshelveAlarm(body.device, body.point, body.rule, body.reason))


@router.post(
    "/remove-from-service", summary="退出服务 · Take out of service", status_code=204, responses=_UNTOUCHED
)
async def remove_from_service(body: OutOfService, send: SendToPlant) -> None:
    until_ns = nanoseconds(body.until) if body.until else 0
    await send(RemoveFromService(body.device, body.point, body.rule, until_ns, body.order, body.reason))


@router.post(
    "/return-to-service", summary="恢复服务 · Put back in service", status_code=204, responses=_UNTOUCHED
)
async def return_to_service(body: Reasoned, send: SendToPlant) -> None:
    await send(ReturnToService(body.device, body.point, body.rule, body.reason))


@router.post("/tick", summary="完成处置步骤 · Tick a response step", status_code=204, responses=_UNTOUCHED)
async def tick(body: Ticked, send: SendToPlant) -> None:
    await send(TickStep(body.device, body.point, body.rule, body.event, body.step, body.note))


@router.post("/verdict", summary="登记结论 · Record a verdict", status_code=204, responses=_UNTOUCHED)
async def verdict(body: Judged, send: SendToPlant) -> None:
    await send(
        RecordVerdict(body.device, body.point, body.rule, body.event, body.verdict, body.cause, body.done)
    )


@router.post("/areas", summary="设置测试、演练或施工 · Set a mode", status_code=204, responses=_UNTOUCHED)
async def set_area(body: NewArea, send: SendToPlant) -> None:
    until_ns = nanoseconds(body.until)
    await send(SetArea(body.mode, body.zone, body.device, body.alarm_class, until_ns, body.reason))


@router.delete("/areas/{area}", summary="结束 · End a mode", status_code=204, responses=_UNTOUCHED)
async def end_area(area: PathName, send: SendToPlant) -> None:
    await send(EndArea(area, ""))
