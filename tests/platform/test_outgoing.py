"""The guarded client: it reaches the open internet and nothing else."""

import gzip
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wutong.platform.outgoing import (
    ForbiddenAddress,
    TooLarge,
    TooSlow,
    Unreachable,
    check_address,
    fetch,
    is_public,
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/to?"):
            self._answer(302, b"", Location=self.path.removeprefix("/to?"))
        elif self.path == "/bomb":
            self._answer(200, gzip.compress(b"0" * 50_000_000), **{"Content-Encoding": "gzip"})
        elif self.path == "/drip":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            for _byte in range(1000):
                self.wfile.write(b".")
                self.wfile.flush()
                if self.server.stopping.wait(0.05):  # type: ignore[attr-defined]  # ours, on their server
                    return
        else:
            self._answer(200, self.headers["Host"].encode())

    def do_POST(self) -> None:
        self._answer(200, self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_args: object) -> None: ...

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a client that hangs up is the point
    server.stopping = threading.Event()  # type: ignore[attr-defined]  # ours, on their server
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.stopping.set()  # type: ignore[attr-defined]  # ours, on their server
    server.shutdown()
    thread.join()
    server.server_close()


def at(server: ThreadingHTTPServer, path: str = "/") -> str:
    return f"http://localhost:{server.server_port}{path}"


def allowed(server: ThreadingHTTPServer) -> frozenset[tuple[str, int]]:
    return frozenset({("localhost", server.server_port)})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_outside_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "http://0/",
        "ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "http:///", "nonsense", "http://user:pw@8.8.8.8/",
    ],
)  # fmt: skip
def test_such_addresses_are_never_asked(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        fetch("GET", url)


def test_a_server_inside_is_not_asked_without_leave(server: ThreadingHTTPServer) -> None:
    with pytest.raises(ForbiddenAddress):
        fetch("GET", at(server))
    with pytest.raises(ForbiddenAddress):
        check_address(at(server))


def test_with_leave_the_name_goes_along(server: ThreadingHTTPServer) -> None:
    answer = fetch("GET", at(server), allowed=allowed(server))
    assert (answer.status, answer.body) == (200, f"localhost:{server.server_port}".encode())
    assert fetch("POST", at(server), content=b"hook", allowed=allowed(server)).body == b"hook"


def test_a_redirect_inside_is_not_followed(server: ThreadingHTTPServer) -> None:
    with pytest.raises(ForbiddenAddress):
        fetch("GET", at(server, f"/to?http://127.0.0.1:{server.server_port}/"), allowed=allowed(server))


def test_a_redirect_may_lead_on_but_not_for_ever(server: ThreadingHTTPServer) -> None:
    assert fetch("GET", at(server, "/to?/"), allowed=allowed(server)).status == 200
    endless = at(server, "/to?" * 5 + "/")
    with pytest.raises(Unreachable):
        fetch("GET", endless, allowed=allowed(server))


def test_a_name_that_changes_its_address_is_asked_where_it_was_checked(server, monkeypatch) -> None:
    asked, real = [], socket.getaddrinfo

    def rebinding(host, port, *args, **kwargs):
        if host != "rebind.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return real(address, port, *args, **kwargs)

    connected = []

    def refuse(address, *_args, **_kwargs):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(Unreachable):
        fetch("GET", f"http://rebind.example:{server.server_port}/")
    assert connected == ["8.8.8.8"]
    assert len(asked) == 1


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    with pytest.raises(ForbiddenAddress):
        check_address("http://mixed.example/")


def test_an_answer_is_read_only_up_to_its_limit(server: ThreadingHTTPServer) -> None:
    with pytest.raises(TooLarge):
        fetch("GET", at(server, "/bomb"), allowed=allowed(server), max_bytes=100_000)


def test_a_dripping_answer_is_cut_off(server: ThreadingHTTPServer) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlow):
        fetch("GET", at(server, "/drip"), allowed=allowed(server), within=timedelta(seconds=0.3))
    assert time.monotonic() - began < 2


def test_a_proxy_of_the_environment_is_not_used(server: ThreadingHTTPServer, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetch("GET", at(server), allowed=allowed(server)).status == 200


def test_an_unknown_name_is_unreachable(monkeypatch) -> None:
    def unknown(*_args, **_kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable):
        fetch("GET", "http://nowhere.example/")
