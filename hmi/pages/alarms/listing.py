"""The alarm lists: active, shelved, suppressed, out of service; what needs somebody first stands first."""

from collections.abc import Iterable

from markupsafe import Markup

from actors.messages import Alarm
from hmi import words
from hmi.alarm_acts import ACKNOWLEDGE, AlarmActs, register
from hmi.alarm_filter import Filter, Listing, listing
from hmi.alarm_index import Grouped, key_of
from hmi.announcing import silence_station
from hmi.pages.alarms import sifting
from hmi.pages.alarms.rows import Rows, shown
from hmi.shell import EMPTY, frame, html
from hmi.view import View

ROWS_A_PAGE = 100


class AlarmList:
    """The lists on one page, with what is selected, unfolded and filtered."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._filter = Filter.of(view.client.request.query_params)
        self._selected: set[str] = set()
        self._unfolded: set[str] = set()
        self._last_picked = ""
        self._turn = 0
        self._from = 0
        self._known: tuple[object, Listing] = (None, Listing())

    def draw(self) -> None:
        view = self._view
        with frame(view, view.say(words.ALARMS)):
            html(view.block(lambda: sifting.tabs(view, self._filter, self._listing()), self._watch))
            html(self._toolbar())
            html(view.block(self._table, self._watch))
            self._acts = AlarmActs(view, self._turned)
        register(view, self._acts, self._chosen)
        view.on("ack-page", ACKNOWLEDGE, self._acknowledge_page)
        view.on("silence", ACKNOWLEDGE, self._silence)
        view.on("pick", "", self._pick)
        view.on("pick-range", "", self._pick_range)
        view.on("pick-page", "", self._pick_page)
        view.on("filter", "", self._set_filter)
        view.on("clear", "", self._clear)
        view.on("fold", "", self._fold)
        view.on("turn", "", self._turn_page)

    # -- what is shown

    def _watch(self) -> object:
        zones = self._view.house.stations.heard(self._view.station)
        return self._view.house.alarms.revision, self._turn, zones

    def _listing(self) -> Listing:
        watched = self._watch()
        if self._known[0] != watched:
            view = self._view
            zones = view.house.stations.heard(view.station)
            self._known = (
                watched, listing(view.live.site, view.house.alarms.now, self._filter, zones),
            )  # fmt: skip
        return self._known[1]

    def _groups(self) -> tuple[Grouped, ...]:
        groups = self._listing().groups
        self._from = min(self._from, max(len(groups) - 1, 0) // ROWS_A_PAGE * ROWS_A_PAGE)
        return groups[self._from : self._from + ROWS_A_PAGE]

    def _shown(self) -> list[Alarm]:
        return shown(self._groups(), self._unfolded)

    # -- drawing

    def _toolbar(self) -> Markup:
        view = self._view

        def acts() -> Markup:
            return sifting.acts(view, self._filter.tab, len(self._selected))

        hidden = view.block(
            lambda: sifting.left_out(view, self._filter, self._listing()), self._watch, "span"
        )
        return sifting.filters(view, self._filter, hidden) + view.block(
            acts, lambda: (self._filter.tab, len(self._selected), view.person, self._turn)
        )

    def _table(self) -> Markup:
        rows = Rows(self._view, self._filter, self._selected)
        return rows.table(self._groups(), self._unfolded) + self._pages(len(self._listing().groups))

    def _pages(self, count: int) -> Markup:
        if count <= ROWS_A_PAGE:
            return EMPTY
        view = self._view
        button = Markup('<button class="plain" data-act="turn" data-key="{}">{}</button>')
        return Markup('<div class="toolbar">{} {} {}</div>').format(
            button.format("back", view.say(words.PREVIOUS)),
            view.say(words.PAGE_OF, page=self._from // ROWS_A_PAGE + 1, pages=-(-count // ROWS_A_PAGE)),
            button.format("on", view.say(words.NEXT)),
        )

    # -- what a person does

    def _chosen(self, key: str) -> Iterable[Alarm]:
        """The alarm of a row, or all that are selected, wherever in the list they stand."""
        wanted = {key} if key else self._selected
        return [one for one in self._view.house.alarms.now.by_name.values() if key_of(one) in wanted]

    def _turned(self) -> None:
        there = {key_of(one) for one in self._view.house.alarms.now.by_name.values()}
        self._selected &= there
        self._turn += 1

    async def _acknowledge_page(self, _key: str) -> None:
        self._acts.acknowledge(self._shown())

    async def _silence(self, _key: str) -> None:
        if self._selected:
            await self._acts.silence(self._chosen(""))
        else:
            await silence_station(self._view)

    async def _pick(self, key: str) -> None:
        self._selected ^= {key}
        self._last_picked = key
        self._turn += 1

    async def _pick_range(self, key: str) -> None:
        """From the one that was picked before to this one, as they stand on the page."""
        keys = [key_of(one) for one in self._shown()]
        if key in keys and self._last_picked in keys:
            first, last = sorted((keys.index(key), keys.index(self._last_picked)))
            self._selected |= set(keys[first : last + 1])
            self._turn += 1
        else:
            await self._pick(key)

    async def _pick_page(self, _key: str) -> None:
        keys = {key_of(one) for one in self._shown()}
        self._selected = self._selected - keys if keys <= self._selected else self._selected | keys
        self._turn += 1

    async def _set_filter(self, key: str) -> None:
        name, _, value = key.partition("=")
        tab = self._filter.tab
        self._filter = self._filter.with_(name, value)
        if self._filter.tab is not tab:
            self._selected.clear()
        self._from = 0
        self._turn += 1

    async def _clear(self, _key: str) -> None:
        self._filter = self._filter.cleared()
        self._view.client.run_javascript("alarms.cleared()")
        self._from = 0
        self._turn += 1

    async def _fold(self, key: str) -> None:
        self._unfolded ^= {key}
        self._turn += 1

    async def _turn_page(self, key: str) -> None:
        self._from = max(self._from + (ROWS_A_PAGE if key == "on" else -ROWS_A_PAGE), 0)
        self._turn += 1
