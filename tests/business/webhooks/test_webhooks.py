"""Webhooks: what is told to whom, signed, again and again, and given up at last."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import URL

from actors.messages import Issuer
from business.access.messages import GrantRole
from business.audit.changes import watch
from business.jobs.kinds import JobContext
from business.webhooks.delivering import KEEP_NS, WAITS_S, webhook_job
from business.webhooks.messages import (
    ChangeWebhook,
    CreateWebhook,
    RemoveWebhook,
    RenewWebhookSecret,
    SendAgain,
    SendDeadAgain,
    TryWebhook,
)
from business.webhooks.model import Delivery, DeliveryState, Webhook
from business.webhooks.posting import Answer, Poster
from business.webhooks.queries import deliveries
from business.webhooks.signing import new_secret
from tests.business.rest.conftest import Desk

pytestmark = pytest.mark.both_databases


class Receiver:
    """Another program, on a port of its own: keeps what it is told and answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


class Post(Desk):
    """The office with the job that sends."""

    def __init__(self, database: URL) -> None:
        super().__init__(database)
        self.poster = Poster(to_this_machine=True)
        self.staff()
        watch(self.sessions)
        self.system = self.log_in("system")

    def run(self) -> None:
        """One run of the job, as the runner does it; its last report is not looked at."""
        context = JobContext({}, lambda: False, self.wall_ns, self.sessions)
        for _ in webhook_job(self.poster).work(context):
            pass

    def hook(self, url: str, *types: str, prefix: str = "", name: str = "erp") -> tuple[int, str]:
        secret = new_secret()
        outcome = self.do(CreateWebhook(name, url, types, prefix, secret), self.system)
        assert outcome.stage == "done", outcome.detail
        return int(outcome.detail), secret

    def happen(self, name: str = "nightly") -> None:
        token = self.token("system")
        body = {"schedule": name, "job": "count", "trigger": "0 3 * * *"}
        assert self.ask("POST", "/jobs/schedules", token, body).status_code == 201

    def sent(self, state: DeliveryState | None = None) -> list[Delivery]:
        with self.authority.open() as session:
            return list(session.scalars(deliveries(state=state).order_by(Delivery.id)))


@pytest.fixture
def post(database: URL) -> Iterator[Post]:
    post = Post(database)
    post.run()  # the trail is read from here on
    yield post
    post.close()


def signatures(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """As a receiver checks them."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return right in headers["webhook-signature"].split()


def test_an_event_is_told_signed_and_once(post: Post, receiver: Receiver) -> None:
    _, secret = post.hook(receiver.url)
    post.happen()
    post.run()
    post.run()
    ((headers, body),) = receiver.heard
    event = json.loads(body)
    assert event["type"] == "CreateSchedule"
    assert "schedules/nightly" in event["data"]["objects"]
    assert event["id"] == headers["webhook-id"]
    assert headers["content-type"] == "application/json"
    assert signatures(headers, body, secret)
    assert not signatures(headers, body + b" ", secret)
    assert int(headers["webhook-timestamp"]) == post.now_ns // 10**9
    (row,) = post.sent()
    assert (row.state, row.attempts, row.status, row.trouble) == ("delivered", 1, 200, "")


def test_nothing_of_the_content_and_of_the_doer_is_told(post: Post, receiver: Receiver) -> None:
    """S-51: who wants to know asks over REST, by his own permissions."""
    post.hook(receiver.url)
    post.happen()
    post.run()
    ((_, body),) = receiver.heard
    assert set(json.loads(body)) == {"id", "type", "timestamp", "data"}
    assert set(json.loads(body)["data"]) == {"sequence", "objects"}
    assert b"0 3 * * *" not in body


def test_what_concerns_the_security_of_the_house_is_told_to_nobody(post: Post, receiver: Receiver) -> None:
    """S-21: the trail is the auditors'."""
    post.hook(receiver.url)
    assert post.do(GrantRole("viewer", "operator"), post.log_in("administrator")).stage == "done"
    post.log_in("viewer")
    post.run()
    assert receiver.heard == []
    types = post.ask("GET", "/webhooks/event-types", post.token("system")).json()
    assert "GrantRole" not in str(types)
    assert "LogIn" not in str(types)
    assert "CreateRecord" in str(types)


def test_only_what_is_wanted_is_told(post: Post, receiver: Receiver) -> None:
    post.hook(receiver.url, "RunJobNow", name="other types")
    post.hook(receiver.url, "CreateSchedule", prefix="schedules/b", name="by prefix")
    post.happen("a")
    post.happen("b")
    post.run()
    assert [one["data"]["objects"][0] for one in receiver.events()] == ["schedules/b"]


def test_a_webhook_hears_of_what_comes_after_it(post: Post, receiver: Receiver) -> None:
    post.happen("before")
    number, _ = post.hook(receiver.url)
    post.run()
    assert receiver.heard == []
    off = ChangeWebhook(number, "erp", receiver.url, (), "", enabled=False)
    assert post.do(off, post.system).stage == "done"
    post.happen("while it is off")
    post.do(ChangeWebhook(number, "erp", receiver.url, (), "", enabled=True), post.system)
    post.happen("after")
    post.run()
    assert [one["data"]["objects"][0] for one in receiver.events()] == ["schedules/after"]


def test_a_failure_is_tried_again_ever_later_and_given_up_at_last(post: Post, receiver: Receiver) -> None:
    post.hook(receiver.url)
    post.happen()
    receiver.status = 500
    for wait_s in WAITS_S:
        post.run()
        (row,) = post.sent(DeliveryState.WAITING)
        assert row.next_ns == post.now_ns + wait_s * 10**9
        assert "HTTP 500" in row.trouble
        heard = len(receiver.heard)
        post.run()
        assert len(receiver.heard) == heard  # not before its time
        post.pass_minutes(wait_s / 60)
        post.system = post.log_in("system")
    post.run()
    (row,) = post.sent(DeliveryState.DEAD)
    assert row.attempts == len(WAITS_S) + 1 == len(receiver.heard)
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
    receiver.status = 200
    assert post.do(SendAgain(row.id), post.system).stage == "done"
    post.run()
    (row,) = post.sent()
    assert (row.state, row.attempts) == ("delivered", 1)


def test_everything_dead_is_sent_again_in_its_order(post: Post, receiver: Receiver) -> None:
    number, _ = post.hook(receiver.url)
    receiver.status = 410  # it says that it will never want it
    for name in ("a", "b", "c"):
        post.happen(name)
    for _ in range(3):
        post.run()
    assert len(post.sent(DeliveryState.DEAD)) == 3
    receiver.status, receiver.heard = 200, []
    assert post.do(SendDeadAgain(number), post.system).detail == "3"
    post.run()
    assert [one["data"]["objects"][0][-1] for one in receiver.events()] == ["a", "b", "c"]


def test_one_that_is_down_holds_up_no_other_and_is_not_hammered(post: Post, receiver: Receiver) -> None:
    down = Receiver()
    down.close()
    post.hook(down.url, name="down")
    post.hook(receiver.url, name="up")
    for name in ("a", "b", "c"):
        post.happen(name)
    post.run()
    assert len(receiver.heard) == 3
    tried = [row for row in post.sent() if row.attempts]
    assert len([row for row in tried if row.state != DeliveryState.DELIVERED]) == 1
    assert "无法送达" in next(row.trouble for row in tried if row.trouble)


def test_a_redirect_is_not_followed(post: Post, receiver: Receiver) -> None:
    """S-42."""
    post.hook(receiver.url)
    receiver.status = 302
    post.happen()
    post.run()
    assert len(receiver.heard) == 1
    (row,) = post.sent()
    assert (row.state, row.status) == ("waiting", 302)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "224.0.0.1"]
)
def test_nothing_is_sent_to_this_machine_nor_to_its_cloud(post: Post, receiver: Receiver, host: str) -> None:
    """S-42: unless the site's files allow the first."""
    post.poster = Poster()
    post.hook(f"http://{host}:{receiver.port}/hook")
    post.happen()
    post.run()
    assert receiver.heard == []
    (row,) = post.sent()
    assert "不允许" in row.trouble


def test_two_secrets_sign_for_a_day_after_one_was_renewed(post: Post, receiver: Receiver) -> None:
    number, old = post.hook(receiver.url)
    new = new_secret()
    assert post.do(RenewWebhookSecret(number, new), post.system).stage == "done"
    post.happen("a")
    post.run()
    assert all(signatures(*receiver.heard[0], secret) for secret in (old, new))
    post.pass_minutes(24 * 60 + 1)
    post.happen("b")
    post.run()
    assert signatures(*receiver.heard[1], new)
    assert not signatures(*receiver.heard[1], old)


def test_a_secret_is_shown_once_and_stands_nowhere(post: Post, receiver: Receiver) -> None:
    """S-24."""
    token = post.token("system")
    body = {"name": "erp", "url": receiver.url}
    made = [post.ask("POST", "/webhooks", token, body, Idempotency_Key="w") for _ in range(2)]
    assert [one.status_code for one in made] == [201, 409]
    secret = made[0].json()["secret"]
    number = made[0].json()["id"]
    assert "secret" not in post.ask("GET", f"/webhooks/{number}", token).json()
    assert secret not in str(post.rows())
    assert secret.removeprefix("whsec_") not in str(post.rows())


def test_a_crash_between_sending_and_writing_sends_the_same_event_again(
    post: Post, receiver: Receiver
) -> None:
    """At least once: the receiver knows it by its id."""
    post.hook(receiver.url)
    post.happen()
    work = webhook_job(post.poster).work(JobContext({}, lambda: False, post.wall_ns, post.sessions))
    next(work)
    work.close()  # collected; the process ends before anything was sent
    post.run()
    assert len(receiver.heard) == 1

    class Dying(Poster):
        async def post(self, url: str, headers: dict[str, str], body: str) -> Answer:
            await super().post(url, headers, body)
            raise MemoryError

    post.happen("b")
    sound, post.poster = post.poster, Dying(to_this_machine=True)
    with pytest.raises(ExceptionGroup):
        post.run()
    post.poster = sound
    post.run()
    ids = [headers["webhook-id"] for headers, _ in receiver.heard]
    assert len(ids) == 3
    assert ids[1] == ids[2]


def test_a_trial_comes_although_nothing_happened(post: Post, receiver: Receiver) -> None:
    number, _ = post.hook(receiver.url, "CreateSchedule")
    assert post.do(TryWebhook(number), post.system).stage == "done"
    post.run()
    assert [one["type"] for one in receiver.events()] == ["Trial"]


def test_a_removed_webhook_leaves_nothing_behind(post: Post, receiver: Receiver) -> None:
    number, _ = post.hook(receiver.url)
    post.happen()
    receiver.status = 500
    post.run()
    assert post.do(RemoveWebhook(number), post.system).stage == "done"
    post.run()
    with post.authority.open() as session:
        assert session.get(Webhook, number) is None
    assert post.sent() == []


def test_old_deliveries_are_forgotten(post: Post, receiver: Receiver) -> None:
    post.hook(receiver.url)
    post.happen()
    post.run()
    post.pass_minutes(KEEP_NS[DeliveryState.DELIVERED] / 60e9 + 1)
    post.run()
    assert post.sent() == []


@pytest.mark.parametrize(
    "url", ["", "erp", "ftp://erp/x", "http://", "http://u:p@erp/x", "http://erp/#x", "javascript:alert(1)"]
)
def test_an_odd_address_is_refused(post: Post, url: str) -> None:
    outcome = post.do(CreateWebhook("erp", url, (), "", new_secret()), post.system)
    assert (outcome.stage, "https://" in outcome.detail) == ("refused", True)


def test_unknown_types_weak_secrets_and_taken_names_are_refused(post: Post, receiver: Receiver) -> None:
    post.hook(receiver.url)
    for odd in (
        CreateWebhook("x", receiver.url, ("LogIn",), "", new_secret()),
        CreateWebhook("x", receiver.url, (), "", "whsec_abcd"),
        CreateWebhook("x", receiver.url, (), "", "secret"),
        CreateWebhook("erp", receiver.url, (), "", new_secret()),
        CreateWebhook(" ", receiver.url, (), "", new_secret()),
        TryWebhook(99),
        SendAgain(99),
    ):
        assert post.do(odd, post.system).stage == "refused"


@pytest.mark.parametrize("user", ["viewer", "auditor", "administrator", "operator"])
def test_webhooks_are_the_system_administrators(post: Post, receiver: Receiver, user: str) -> None:
    """S-21."""
    issuer: Issuer = post.log_in(user)
    odd = CreateWebhook("x", receiver.url, (), "", new_secret())
    assert post.do(odd, issuer).detail == "not-permitted"
    assert post.ask("GET", "/webhooks", post.token(user)).status_code == 403


def test_deliveries_are_listed_and_sent_again_over_rest(post: Post, receiver: Receiver) -> None:
    token = post.token("system")
    number = post.ask("POST", "/webhooks", token, {"name": "erp", "url": receiver.url}).json()["id"]
    receiver.status = 410
    assert post.ask("POST", f"/webhooks/{number}/trial", token).json() == {"queued": 1}
    post.run()
    (row,) = post.ask("GET", f"/webhooks/{number}/deliveries?state=dead", token).json()["items"]
    assert (row["type"], row["status"], row["body"]["type"]) == ("Trial", 410, "Trial")
    other = post.ask("POST", f"/webhooks/{number}/deliveries/999/again", token)
    assert other.status_code == 404
    receiver.status = 200
    assert post.ask("POST", f"/webhooks/{number}/again", token).json() == {"queued": 1}
    post.run()
    (row,) = post.ask("GET", f"/webhooks/{number}/deliveries", token).json()["items"]
    assert row["state"] == "delivered"
    put = post.ask("PUT", f"/webhooks/{number}", token, {"name": "ERP", "url": receiver.url})
    assert (put.status_code, put.json()["name"]) == (200, "ERP")
    assert post.ask("DELETE", f"/webhooks/{number}", token).status_code == 204
    assert post.ask("GET", f"/webhooks/{number}/deliveries", token).status_code == 404
