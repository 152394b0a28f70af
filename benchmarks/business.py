"""The business over a town of 100,000 houses and 300,000 people: lists, search, commands, permissions.

list_p95_ms            a page of a list: filtered, sorted, searched and turned, every kind of question alike
list_worst             the kind of question with the largest p95, and that
list_one_building_p95_ms  the same for somebody who may see one building
search_p95_ms          one look into the search box: bigrams, pinyin, initials, a house as it is spoken or
                       written, the end of a telephone number, a part of a plate
search_worst           the kind of query with the largest p95, and that
commands_per_s         commands of several clients at once through the one gate: permission, rules, change,
                       search, trail, commit; half of them new people, half changed houses
load_us_per_command    what making such a command costs, the load generator's part of it
import_100k_s          a list of 100,000 rows from the upload through the trial to the last commit, by the
                       real jobs on a database of its own; the slower of two lists, houses and people
import_LIST_PART_s     its parts: upload, trial, commit, and commit_cpu, with a processor of this process
import_LIST_held_99_ms how long 99 of 100 transactions of the commit kept other writers waiting
export_LIST_s          the same list out again as an Excel file
permission_us          whether somebody may do something, asked of the authority, warm, median

Each ends in _sqlite or _postgresql. The town is made by the first run, which takes minutes, and kept.
"""

import gc
import random
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from actors.messages import Issuer, Stage
from benchmarks.importing import of_each
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile
from benchmarks.town import SEED, Town, town
from business.access import ROOT, Reach
from business.access.model import Scope, ScopeKind
from business.access.person import EVERYTHING
from business.demo.numbers import mobile
from business.fields.phone import last_four
from business.gate import MOST_TOGETHER, Execute
from business.identity.messages import CreateFirstAdministrator, CreateUser, LoggedIn, LogIn
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.identity.tokens import fingerprint, new_token
from business.property.belongings import Vehicle
from business.property.box import search
from business.property.entities import ENTITIES
from business.property.house import House
from business.property.people import Person
from business.registry.conditions import Condition, Operator
from business.registry.messages import ChangeRecords, CreateRecord
from business.registry.queries import Wanted, page
from business.search.segments import normalised, pinyin_terms

PASSWORD = "Correct-Horse-7"
Figures = dict[str, float | str]
Timed = dict[str, list[float]]


def main() -> int:
    flags = parser("business", __doc__)
    flags.add_argument("--houses", type=int, default=100_000)
    flags.add_argument("--questions", type=int, default=30, help="of each kind")
    flags.add_argument("--seconds", type=float, default=10.0, help="of commands")
    flags.add_argument(
        "--clients", type=int, default=MOST_TOGETHER, help="as many as `office` serves at once"
    )
    flags.add_argument("--permissions", type=int, default=20_000, help="questions")
    flags.add_argument("--import-rows", type=int, default=100_000, help="whatever import_100k_s is called")
    flags.add_argument(
        "--databases", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"]
    )
    told = flags.parse_args()
    begin(told.cores)
    figures: Figures = {}
    for kind in told.databases:
        with town(kind, told.houses) as there:
            clerk = enter(there)
            gc.collect()
            gc.freeze()  # as every process of the program does once it has started
            found = {
                **list_figures(there, told.questions),
                **search_figures(there, told.questions),
                **permission_figure(there, clerk, told.permissions),
                **command_figures(there, clerk, told.seconds, told.clients),
            }
        found |= import_figures(kind, told.import_rows)
        figures |= {f"{name}_{kind}": value for name, value in found.items()}
    report(
        "business", houses=told.houses, import_rows=told.import_rows, clients=told.clients,
        seconds=told.seconds, **figures,
    )  # fmt: skip
    return 0


def enter(there: Town) -> Issuer:
    """A steward of the whole group, who is logged in."""
    code, nobody = "one-time-code", Issuer("", "", "127.0.0.1")
    identity = Identity(Passwords(), time.time_ns, code)
    first = CreateFirstAdministrator(code, "chief", "Chief", PASSWORD, "127.0.0.1")
    assert there.gate.carry_out(identity, Execute(nobody, first)).stage is Stage.DONE
    clerk = CreateUser("clerk", "Clerk", "manager", PASSWORD)
    assert there.gate.on_own_account(identity, Execute(nobody, clerk)).stage is Stage.DONE
    log_in = LogIn("clerk", PASSWORD, fingerprint(new_token()), "office", "127.0.0.1", "", "")
    entered = there.gate.carry_out(identity, Execute(nobody, log_in)).events[-1]
    assert isinstance(entered, LoggedIn)
    return Issuer(entered.user, entered.session, "127.0.0.1")


def list_figures(there: Town, each: int) -> Figures:
    everywhere = _listed(there, EVERYTHING, each)
    with there.read() as session:
        query = select(Scope.path).where(Scope.kind == ScopeKind.BUILDING).order_by(Scope.id).limit(1)
        path = session.scalars(query).one()
    worst_ms, worst = _worst(everywhere)
    return {
        "list_p95_ms": _p95_ms(everywhere),
        "list_worst": f"{worst}: {worst_ms:.1f} ms",
        "list_one_building_p95_ms": _p95_ms(_listed(there, Reach((path,)), each)),
    }


def _listed(there: Town, reach: Reach, each: int) -> Timed:
    took: Timed = {}
    dice = random.Random(SEED)
    with there.read() as session:
        for kind, (entity, wanted) in _questions(there, dice, each).items():
            for one in wanted:
                began = time.perf_counter()
                page(session, ENTITIES[entity], reach, one)
                took.setdefault(kind, []).append(time.perf_counter() - began)
        # Further pages, as somebody turns them.
        for entity in ("house", "person"):
            turned = Wanted()
            for _ in range(each):
                began = time.perf_counter()
                found = page(session, ENTITIES[entity], reach, turned)
                took.setdefault(f"{entity} turned", []).append(time.perf_counter() - began)
                if found.next is None:
                    break
                turned = Wanted(after=found.next)
    return took


def _questions(there: Town, dice: random.Random, each: int) -> Mapping[str, tuple[str, list[Wanted]]]:
    with there.read() as session:
        houses = session.scalars(select(House).where(House.id % 97 == 1).limit(each)).all()
        people = session.scalars(select(Person).where(Person.id % 97 == 1).limit(each)).all()

    def asked(field: str, operator: Operator, value: str) -> Wanted:
        return Wanted(conditions=(Condition(field, operator, value),))

    states = ("unsold", "sold", "delivered", "decorating", "occupied", "let", "vacant")
    is_, begins = Operator.IS, Operator.BEGINS
    return {
        "house": ("house", [Wanted()] * each),
        "house by area": ("house", [Wanted(sort="built_area", descending=at % 2 == 0) for at in range(each)]),
        "house by status": ("house", [Wanted(sort="status", descending=at % 2 == 0) for at in range(each)]),
        "house of a status": ("house", [asked("status", is_, dice.choice(states)) for _ in range(each)]),
        "house of a building": ("house", [asked("building_id", is_, str(one.building_id)) for one in houses]),
        "house of a size": (
            "house",
            [
                Wanted((Condition("built_area", Operator.FROM, "100"), Condition("status", is_, "let")))
                for _ in range(each)
            ],
        ),
        "house by code": ("house", [asked("code", begins, one.code[:5]) for one in houses]),
        "house holding": ("house", [Wanted(text=one.code) for one in houses]),
        "person": ("person", [Wanted()] * each),
        "person of a name": ("person", [asked("name", is_, one.name) for one in people]),
        "person holding": ("person", [Wanted(text=one.name) for one in people]),
        "person of a phone": ("person", [asked("phone", is_, one.phone or "15400000000") for one in people]),
        "person of a category": (
            "person",
            [asked("category", is_, dice.choice(("owner", "tenant", "staff"))) for _ in range(each)],
        ),
        "person by newest": ("person", [Wanted(sort="created_ns", descending=True)] * each),
        "vehicle holding": ("vehicle", [Wanted(text=str(dice.randrange(100, 999))) for _ in range(each)]),
    }


def search_figures(there: Town, each: int) -> Figures:
    took: Timed = {}
    reaches = {entity.name: EVERYTHING for entity in ENTITIES}
    with there.read() as session:
        for kind, typed in _typed(there, each).items():
            for text in typed:
                began = time.perf_counter()
                search(session, reaches, text, 20)
                took.setdefault(kind, []).append(time.perf_counter() - began)
    worst_ms, worst = _worst(took)
    return {"search_p95_ms": _p95_ms(took), "search_worst": f"{worst}: {worst_ms:.1f} ms"}


def _typed(there: Town, each: int) -> dict[str, list[str]]:
    """What people type who look for these."""
    dice = random.Random(SEED)
    found: dict[str, list[str]] = {}
    with there.read() as session:
        people = session.scalars(select(Person).where(Person.id % 89 == 1).limit(each)).all()
        houses = session.scalars(select(House.code).where(House.id % 89 == 1).limit(each)).all()
        plates = session.scalars(select(Vehicle.plate).where(Vehicle.id % 13 == 1).limit(each)).all()
    for one in people:
        spoken, initials, *_ = pinyin_terms(normalised(one.name), variants=False)
        for kind, text in (
            ("name", one.name), ("two signs", one.name[-2:]), ("surname", one.name[0]),
            ("pinyin", spoken), ("initials", initials), ("phone", last_four(one.phone or "0000")),
            ("nothing there", f"{one.name}龘"), ("letter", dice.choice("abcdefghijklmnopqrstuvwxyz")),
        ):  # fmt: skip
            found.setdefault(kind, []).append(text)
    for code in houses:
        building, *rest = code.split("-")
        spoken = f"{building}栋{rest[0]}单元{rest[1]}" if len(rest) > 1 else f"{building}栋{rest[0]}"
        found.setdefault("house", []).extend((code, spoken))
    found["plate"] = [plate[dice.randrange(1, 4) :] for plate in plates]
    return found


def import_figures(database: str, rows: int) -> Figures:
    lists = of_each(database, rows)
    figures: Figures = {"import_100k_s": max(one.import_s for one in lists.values())}
    for name, one in lists.items():
        figures |= {
            f"import_{name}_upload_s": one.upload_s,
            f"import_{name}_trial_s": one.trial_s,
            f"import_{name}_commit_s": one.commit_s,
            f"import_{name}_commit_cpu_s": one.commit_cpu_s,
            f"import_{name}_held_99_ms": one.held_99_ms,
            f"export_{name}_s": one.export_s,
        }
    return figures


def permission_figure(there: Town, clerk: Issuer, count: int) -> Figures:
    command = ChangeRecords("house", (1,), {"remark": "1"})
    assert there.authority.refusal(clerk, command, ROOT) is None
    took = _timed(count, lambda: there.authority.refusal(clerk, command, ROOT))
    return {"permission_us": 1e6 * percentile(took, 0.5)}


def command_figures(there: Town, clerk: Issuer, seconds: float, clients: int) -> Figures:
    with there.read() as session:
        houses = session.scalars(select(House.id)).all()
    done = [0] * clients
    until = time.perf_counter() + seconds

    def work(client: int) -> None:
        dice = random.Random(f"{SEED} {client}")
        while time.perf_counter() < until:
            order = Execute(clerk, _command(dice, houses, done[client]))
            outcome = there.gate.carry_out(there.registry, order)
            assert outcome.stage is Stage.DONE, outcome
            done[client] += 1

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(done), done
    dice = random.Random(SEED)
    load = _timed(1_000, lambda: Execute(clerk, _command(dice, houses, dice.randrange(2))))
    return {"commands_per_s": sum(done) / seconds, "load_us_per_command": 1e6 * percentile(load, 0.5)}


def _command(dice: random.Random, houses: Sequence[int], number: int) -> CreateRecord | ChangeRecords:
    if number % 2:
        name = dice.choice("王李张刘陈") + dice.choice("伟芳娜敏静")
        return CreateRecord("person", {"name": name, "category": "tenant", "phone": mobile(dice)})
    return ChangeRecords(
        "house", (dice.choice(houses),), {"remark": str(dice.random()), "decoration": "fine"}
    )


def _timed(count: int, call: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return took


def _p95_ms(took: Timed) -> float:
    return 1e3 * percentile([one for of in took.values() for one in of], 0.95)


def _worst(took: Timed) -> tuple[float, str]:
    return max((1e3 * percentile(of, 0.95), kind) for kind, of in took.items())


if __name__ == "__main__":
    sys.exit(main())
