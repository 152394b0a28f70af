"""REST: how oneself is reached, how far one is with an alarm, and announcing."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from business.notifier.commands import (
    Announce,
    ReachLines,
    SayHowFar,
    SetReach,
    WishLine,
)
from business.notifier.people import PERSONAL, Reached, reached
from business.notifier.service import MOST_PERSONS, MOST_TEAMS, TEXT_LENGTH
from business.rest.asking import Reader, ReadSession, existing
from business.rest.documents import both
from business.rest.problems import problems
from business.rest.sending import Send
from business.rest.shapes import Name, PathName, Shape, example
from config.hours import Hours
from config.notification import Medium, Progress

router = APIRouter(prefix="/notify", tags=["notify"])

Time = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["08:00"])]
Priority = Annotated[int, Field(ge=1, le=4)]
_WISH = {"medium": "sms", "priorities": [1, 2], "start": "00:00", "end": "24:00"}
_REST = {"start": "22:00", "end": "06:00"}
_REACH = {
    "wishes": [{"medium": "voice", "priorities": [1], "start": "00:00", "end": "24:00"}, _WISH],
    "rest": _REST,
    "language": "zh",
    "opted_out": ["announcement"],
}


class WishShape(Shape):
    """One medium; where the end is not after the start, it is on the day that follows."""

    model_config = example(_WISH)
    medium: Medium
    priorities: Annotated[list[Priority], Field(max_length=4, description="1 critical to 4 low")]
    start: Time = "00:00"
    end: Time = "24:00"


class RestShape(Shape):
    """Do not disturb: only what is critical is loud."""

    model_config = example(_REST)
    start: Time
    end: Time


class ReachShape(Shape):
    model_config = example(_REACH)
    wishes: Annotated[
        list[WishShape],
        Field(max_length=len(PERSONAL), description="voice and sms must hold priority 1"),
    ]
    rest: RestShape | None = None
    language: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"
    opted_out: Annotated[list[Name], Field(max_length=20, description="Optional events")] = []  # noqa: RUF012


class ReachOut(BaseModel):
    model_config = example({"user": "wang", **_REACH, "has_pin": False, "media": ["voice", "sms", "chat"]})
    user: str
    wishes: list[WishShape]
    rest: RestShape | None
    language: str
    opted_out: list[str]
    has_pin: bool = Field(description="Whether answers in calls need a PIN")
    media: list[Medium] = Field(description="By which there is a number or an address")


class ProgressShape(Shape):
    model_config = example({"progress": "on-the-way"})
    progress: Annotated[Progress, Field(description="'calling' passes it on to whoever is called next")]


class Announcement(Shape):
    model_config = example(
        {
            "title": "电梯检修",
            "text": "3月2日9至11时1号楼电梯检修",
            "teams": ["guards"],
            "persons": [],
            "urgent": False,
        }
    )
    title: Name
    text: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH, pattern=r"^[^\x00-\x1f\x7f]*$")]
    teams: Annotated[list[Name], Field(max_length=MOST_TEAMS, description="Whoever is on duty in them")] = []  # noqa: RUF012
    persons: Annotated[list[Name], Field(max_length=MOST_PERSONS, description="User names of staff")] = []  # noqa: RUF012
    urgent: bool = Field(default=False, description="It is about a danger and goes at any hour")


@router.get("/reach", summary="我的提醒方式 · How I am reached", responses=problems(404))
def read_reach(session: ReadSession, reader: Reader) -> ReachOut:
    return _out(existing(reached(session, reader.user)))


@router.put("/reach", summary=both(SetReach.label), status_code=204, responses=problems(404, 409, 422))
async def set_reach(body: ReachShape, send: Send) -> None:
    """The whole of it: what is left out is used for nothing."""
    await send(
        SetReach(
            ReachLines(
                tuple(WishLine(one.medium, tuple(one.priorities), one.start, one.end) for one in body.wishes),
                body.rest.start if body.rest else "",
                body.rest.end if body.rest else "",
                body.language,
                tuple(body.opted_out),
            )
        )
    )


@router.post(
    "/escalations/{escalation}/progress",
    summary=both(SayHowFar.label),
    status_code=204,
    responses=problems(403, 404, 409, 422),
)
async def say_how_far(escalation: PathName, body: ProgressShape, send: Send) -> None:
    """The notifier hears of it at once, or when it is back."""
    await send(SayHowFar(escalation, body.progress))


@router.post(
    "/announcements", summary=both(Announce.label), status_code=204, responses=problems(403, 404, 409, 422)
)
async def announce(body: Announcement, send: Send) -> None:
    await send(Announce(body.title, body.text, tuple(body.teams), tuple(body.persons), body.urgent))


def _out(one: Reached) -> ReachOut:
    rest = one.reach.rest
    return ReachOut(
        user=one.user,
        wishes=[
            WishShape(medium=wish.medium, priorities=sorted(wish.priorities), **_times(wish.hours))
            for wish in one.reach.wishes
        ],
        rest=RestShape(**_times(rest)) if rest else None,
        language=one.language,
        opted_out=sorted(one.opted_out),
        has_pin=one.has_pin,
        media=[medium for medium in PERSONAL if medium in one.media],
    )


def _times(hours: Hours) -> dict[str, str]:
    return {name: f"{at // 60:02}:{at % 60:02}" for name, at in (("start", hours.start), ("end", hours.end))}
