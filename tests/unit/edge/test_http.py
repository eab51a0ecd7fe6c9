"""The HTTP client: what may have been sent, how long it may take, what it remembers."""

import logging
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fordring.domain.transport import Request, TransportFailed
from fordring.edge.addresses import anywhere
from fordring.edge.http import HttpClient, agency_http


@pytest.fixture
def http():
    client = agency_http()
    yield client
    client.renew()


def url(server, path="/", host="127.0.0.1"):
    return f"http://{host}:{server.port}{path}"


def failure_of(http, request):
    with pytest.raises(TransportFailed) as caught:
        http.exchange(request)
    return caught.value.sent, caught.value.reason


def test_the_exact_bytes_and_headers_go_out_and_the_answer_comes_back(serve, http):
    server = serve(lambda *_: b"HTTP/1.1 201 Created\r\nX-Case: 7\r\nContent-Length: 3\r\n\r\nyes")
    body = b'{"amount": 1.50,  "odd": "spacing"}'
    answer = http.exchange(Request("POST", url(server, "/cases?a=1"), {"Authorization": "Svea abc"}, body))
    assert (answer.status, answer.headers["x-case"], answer.body) == (201, "7", b"yes")
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert sent == body
    assert head.startswith(b"POST /cases?a=1 HTTP/1.1\r\n")
    assert b"authorization: svea abc" in head.lower()
    assert b"accept-encoding: identity" in head.lower()


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/elsewhere", "http://[broken"])
def test_a_redirect_is_an_answer_and_never_followed(serve, http, location):
    server = serve(
        lambda *_: f"HTTP/1.1 307 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    assert http.exchange(Request("POST", url(server))).status == 307
    assert len(server.requests) == 1


def test_cookies_are_not_kept(serve, http):
    server = serve(lambda *_: b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
    for _ in range(2):
        http.exchange(Request("GET", url(server)))
    assert b"cookie" not in server.requests[1].lower()


class TestWhetherItWasSent:
    def test_nobody_listens(self, http):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        assert failure_of(http, Request("GET", f"http://127.0.0.1:{port}/")) == ("no", "connect_failed")

    def test_the_name_is_unknown(self):
        http = HttpClient(anywhere, resolve=lambda *_: ())
        assert failure_of(http, Request("GET", "http://nowhere.example/")) == ("no", "name_not_resolved")

    def test_the_resolver_hangs(self):
        hold = threading.Event()
        http = HttpClient(anywhere, resolve=lambda *_: (hold.wait(10), ())[1])
        request = Request("GET", "http://slow.example/", timeout_seconds=0.05)
        assert failure_of(http, request) == ("no", "name_timeout")
        hold.set()

    @pytest.mark.parametrize("bad", ["ftp://127.0.0.1/", "127.0.0.1/x", "http://127.0.0.1:99999/", ""])
    def test_the_url_is_none(self, http, bad):
        assert failure_of(http, Request("GET", bad))[0] == "no"

    def test_no_free_connection(self, serve, http, monkeypatch):
        monkeypatch.setattr("fordring.edge.wire._CONNECTIONS", 1)
        arrived = threading.Event()
        server = serve(lambda *_: (arrived.set(), server.stop.wait(5), None)[2])
        holder = threading.Thread(target=failure_of, args=(http, Request("GET", url(server))))
        holder.start()
        assert arrived.wait(5)
        assert failure_of(http, Request("GET", url(server), timeout_seconds=0.05)) == ("no", "pool_timeout")
        server.close()
        holder.join()

    def test_the_handshake_fails(self, serve, http, certificate):
        server = serve(tls=certificate[0])
        assert failure_of(http, Request("GET", f"https://127.0.0.1:{server.port}/")) == (
            "no",
            "connect_failed",
        )
        assert server.requests == []

    def test_the_answer_never_comes(self, serve, http):
        server = serve(lambda *_: server.stop.wait(5) and None)
        request = Request("POST", url(server), body=b"x", timeout_seconds=0.1)
        assert failure_of(http, request) == ("maybe", "read_timeout")
        assert len(server.requests) == 1

    def test_the_connection_ends_before_the_answer(self, serve, http):
        server = serve(lambda *_: None)
        assert failure_of(http, Request("POST", url(server)))[0] == "maybe"

    def test_the_answer_is_cut_short(self, serve, http):
        def half(connection, _request):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

        server = serve(half)
        assert failure_of(http, Request("POST", url(server))) == ("maybe", "broken_answer")

    def test_the_answer_is_not_http(self, serve, http):
        def noise(connection, _request):
            connection.sendall(b"SMTP ready\r\n\r\n")

        server = serve(noise)
        assert failure_of(http, Request("POST", url(server))) == ("maybe", "broken_answer")

    @pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
    def test_the_answer_is_bounded(self, serve, http, size):
        server = serve(lambda *_: f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size)
        if size > 1024 * 1024:
            assert failure_of(http, Request("GET", url(server))) == ("maybe", "answer_too_large")
        else:
            assert len(http.exchange(Request("GET", url(server))).body) == size

    def test_an_endless_answer_is_bounded_too(self, serve, http):
        def endless(connection, _request):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not server.stop.is_set():
                connection.sendall(b"x" * 65536)

        server = serve(endless)
        assert failure_of(http, Request("GET", url(server))) == ("maybe", "answer_too_large")

    @pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
    def test_a_server_that_drips_does_not_outlast_the_deadline(self, serve, http, start):
        def drip(connection, _request):
            connection.sendall(start or b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not server.stop.wait(0.02):
                connection.sendall(b"x")

        server = serve(drip)
        began = time.monotonic()
        assert failure_of(http, Request("GET", url(server), timeout_seconds=0.2)) == ("maybe", "read_timeout")
        assert time.monotonic() - began < 2


class TestConnections:
    def test_are_used_again(self, serve, http):
        server = serve()
        for _ in range(3):
            http.exchange(Request("POST", url(server), body=b"x"))
        assert (server.connections, len(server.requests)) == (1, 3)

    def test_do_not_survive_a_restore(self, serve, http):
        server = serve()
        http.exchange(Request("GET", url(server)))
        http.renew()
        http.exchange(Request("GET", url(server)))
        assert server.connections == 2

    @pytest.mark.parametrize("clock", ["monotonic", "time"])
    def test_do_not_survive_a_pause_by_either_clock(self, serve, http, clock, monkeypatch):
        server = serve()
        http.exchange(Request("GET", url(server)))
        present = getattr(time, clock)
        monkeypatch.setattr(f"fordring.edge.http.time.{clock}", lambda: present() + 5)
        http.exchange(Request("GET", url(server)))
        assert server.connections == 2

    def test_threads_share_a_client(self, serve, http):
        server = serve()
        threads = [
            threading.Thread(target=http.exchange, args=(Request("GET", url(server)),)) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 8


def test_a_dead_first_address_is_survived(serve):
    server = serve(family=socket.AF_INET)
    http = HttpClient(anywhere, resolve=lambda *_: ("::1", "127.0.0.1"))
    assert http.exchange(Request("GET", url(server, host="both.example"))).body == b"ok"
    http.renew()


def test_no_log_has_the_url(serve, http, caplog):
    server = serve()
    with caplog.at_level(logging.DEBUG, "root"):
        http.exchange(Request("GET", url(server, "/v1/callbacks/svea/token")))
    assert "token" not in caplog.text


def test_nothing_is_paid_for_at_start_up():
    code = (
        "import sys, fordring.edge.http as http; http.agency_http(); http.webhook_http(True);"
        "sys.exit(bool({'httpx', 'httpcore', 'ssl'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[3] / "layers" / "common")}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0
