"""The documented rate limit."""

from simulator import OAuthClient
from tests.simulator.caller import Caller, start_simulator

ALLOWED = 10


def statuses(caller: Caller, calls: int) -> list[int]:
    return [caller.count().status_code for _ in range(calls)]


def test_client_gets_429_after_ten_requests_within_a_second() -> None:
    caller = start_simulator(requests_per_second=ALLOWED)
    assert statuses(caller, 11) == [200] * ALLOWED + [429]


def test_rate_limit_429_has_retry_after_in_whole_seconds() -> None:
    caller = start_simulator(requests_per_second=ALLOWED)
    statuses(caller, ALLOWED)
    answer = caller.count()
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["status"] == 429


def test_rate_window_slides() -> None:
    caller = start_simulator(requests_per_second=ALLOWED)
    statuses(caller, 4)
    caller.clock.advance(0.6)
    assert statuses(caller, 7) == [200] * 6 + [429]
    caller.clock.advance(0.4)
    assert statuses(caller, 5) == [200] * 4 + [429]


def test_refused_requests_do_not_extend_the_rate_window() -> None:
    caller = start_simulator(requests_per_second=ALLOWED)
    statuses(caller, 30)
    caller.clock.advance(1)
    assert statuses(caller, ALLOWED) == [200] * ALLOWED


def test_each_client_has_its_own_rate_limit() -> None:
    clients = (OAuthClient(), OAuthClient("other", "secret"))
    caller = start_simulator(requests_per_second=ALLOWED, clients=clients)
    statuses(caller, ALLOWED)
    caller.log_in(("other", "secret"))
    assert statuses(caller, ALLOWED) == [200] * ALLOWED


def test_token_requests_are_not_rate_limited() -> None:
    caller = start_simulator(requests_per_second=1)
    assert [caller.token().status_code for _ in range(5)] == [200] * 5


def test_speed_raises_the_rate_limit() -> None:
    caller = start_simulator(requests_per_second=ALLOWED, speed=100)
    statuses(caller, ALLOWED)
    caller.clock.advance(0.01)
    assert statuses(caller, 1) == [200]


def test_rate_limit_can_be_switched_off() -> None:
    assert set(statuses(start_simulator(requests_per_second=None), 50)) == {200}
