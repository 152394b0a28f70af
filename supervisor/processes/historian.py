"""`historian`: DuckDB, sealing, history queries. It may stall, grow or crash and takes nothing with it."""

from actors.historian.service import HistorianService, HistoryLimits
from actors.messages import ReadSnapshot, ReadTree
from supervisor.answers import snapshot_of, tree_of
from supervisor.configuration import fetch, read_site
from supervisor.following import Follower
from supervisor.lifeline import quit_now
from supervisor.node import Node
from supervisor.processes.arguments import parse


def compose(node: Node) -> None:
    configuration = fetch(node.paths)
    site = read_site(configuration)
    node.version = site.version
    settings = site.settings
    node.grow([])
    service = node.start(
        HistorianService(
            node.paths.history,
            node.paths.durable(node.name),
            node.paths.query(node.name),
            on_failure=node.fail,
            limits=HistoryLimits(keep_days=settings.history_keep_days),
            handlers={ReadSnapshot: snapshot_of(node), ReadTree: tree_of(node)},
        )
    )

    def rates() -> dict[str, float]:
        statistics = service.statistics()
        return {
            "rows": statistics.rows,
            "hot_bytes": statistics.hot_bytes,
            "waiting_batches": statistics.waiting,
            "sealed_rows": statistics.sealed_rows,
        }

    node.rates = rates
    node.start(Follower(node.paths, "historian", configuration, renew=node.renew, accept=node.accept))


def main() -> int:
    told = parse("historian")
    return Node(told.name, told.paths).run(compose)


if __name__ == "__main__":
    quit_now(main())
