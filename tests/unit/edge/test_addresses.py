"""Where webhooks may go."""

import pytest

from fordring.domain.transport import Request, TransportFailed
from fordring.edge.addresses import (
    NoAddress,
    addresses_of,
    ip_address,
    is_public,
    public_only,
    public_or_loopback,
    target_fault,
)
from fordring.edge.http import HttpClient, webhook_http

PUBLIC = ["1.1.1.1", "193.0.6.139", "99.255.255.255", "2001:4860:4860::8888", "2a00:1450:400f:80d::200e"]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:1.1.1.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2001:4860:4860::8888%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text):
    assert not is_public(ip_address(text))
    with pytest.raises(NoAddress) as caught:
        addresses_of("hooks.example", 443, False, public_only, seconds=1, resolve=lambda *_: (text,))
    assert caught.value.reason == "address_not_public"


class TestNames:
    def test_one_address_that_is_refused_refuses_the_name(self):
        with pytest.raises(NoAddress):
            addresses_of(
                "a.example", 443, False, public_only, seconds=1, resolve=lambda *_: ("1.1.1.1", "10.0.0.1")
            )

    def test_all_addresses_are_given_in_order(self):
        found = ("2a00:1450:400f:80d::200e", "1.1.1.1")
        assert (
            addresses_of("a.example", 443, False, public_only, seconds=1, resolve=lambda *_: found) == found
        )

    @pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
    def test_odd_spellings_of_an_address_are_judged_by_what_they_mean(self, host):
        with pytest.raises(NoAddress) as caught:
            addresses_of(host, 443, False, public_only, seconds=5)
        assert caught.value.reason in ("address_not_public", "name_not_resolved")

    @pytest.mark.parametrize("host", ["a" * 64 + ".example", "..", ""])
    def test_what_is_no_name(self, host):
        with pytest.raises(NoAddress):
            addresses_of(host, 443, False, public_only, seconds=5)

    def test_without_tls(self):
        with pytest.raises(NoAddress) as caught:
            addresses_of("1.1.1.1", 80, True, public_only, seconds=1)
        assert caught.value.reason == "https_required"

    def test_a_local_run_may_call_this_machine_and_nothing_else_inside(self):
        assert addresses_of("127.0.0.1", 80, True, public_or_loopback, seconds=1)
        assert addresses_of("::1", 80, True, public_or_loopback, seconds=1)
        assert addresses_of("1.1.1.1", 443, False, public_or_loopback, seconds=1)
        for address, plain in (("10.0.0.1", False), ("169.254.169.254", True), ("1.1.1.1", True)):
            with pytest.raises(NoAddress):
                addresses_of(address, 80, plain, public_or_loopback, seconds=1)


class Rebinding:
    """A name server that tells the truth first and another thing whenever it is asked again."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, _host, _port):
        self.asked += 1
        return (self.answers[min(self.asked, len(self.answers)) - 1],)


class TestConnecting:
    def test_the_name_is_asked_once_and_the_judged_address_is_connected_to(self, serve, certificate):
        server = serve(tls=certificate[0])
        resolve = Rebinding("127.0.0.1", "10.0.0.1")
        http = HttpClient(public_or_loopback, resolve=resolve, trust=certificate[1])
        answer = http.exchange(Request("POST", f"https://hooks.example:{server.port}/in", body=b"{}"))
        assert answer.body == b"ok"
        assert resolve.asked == 1
        assert server.names == ["hooks.example"]
        assert f"host: hooks.example:{server.port}".encode() in server.requests[0].lower()
        http.renew()

    def test_a_name_that_turns_inwards_is_refused_at_the_next_connection(self, serve, certificate):
        server = serve(tls=certificate[0])
        resolve = Rebinding("127.0.0.1", "169.254.169.254")
        http = HttpClient(public_or_loopback, resolve=resolve, trust=certificate[1])
        request = Request("POST", f"https://hooks.example:{server.port}/in")
        http.exchange(request)
        http.renew()
        with pytest.raises(TransportFailed) as caught:
            http.exchange(request)
        assert (caught.value.sent, caught.value.reason) == ("no", "address_not_public")
        assert len(server.requests) == 1

    def test_the_certificate_must_be_the_names(self, serve, certificate):
        server = serve(tls=certificate[0])
        http = HttpClient(public_or_loopback, resolve=Rebinding("127.0.0.1"), trust=certificate[1])
        with pytest.raises(TransportFailed) as caught:
            http.exchange(Request("POST", f"https://other.example:{server.port}/in"))
        assert caught.value.sent == "no"
        assert server.requests == []

    @pytest.mark.parametrize("scheme", ["http", "https"])
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
    def test_in_production_this_machine_is_out_of_reach(self, serve, scheme, host):
        server = serve()
        with pytest.raises(TransportFailed) as caught:
            webhook_http(allow_loopback=False).exchange(
                Request("POST", f"{scheme}://{host}:{server.port}/in")
            )
        assert caught.value.sent == "no"
        assert caught.value.reason in ("https_required", "address_not_public")
        assert server.connections == 0

    def test_a_local_run_reaches_this_machine(self, serve):
        server = serve()
        http = webhook_http(allow_loopback=True)
        assert http.exchange(Request("POST", f"http://localhost:{server.port}/in")).status == 200
        http.renew()

    def test_a_local_run_does_not_reach_others_without_tls(self):
        http = HttpClient(public_or_loopback, resolve=lambda *_: ("1.1.1.1",))
        with pytest.raises(TransportFailed) as caught:
            http.exchange(Request("POST", "http://hooks.example/in"))
        assert caught.value.reason == "https_required"


class TestRegistering:
    @pytest.mark.parametrize(
        "url",
        [
            "https://hooks.example/fordring?tenant=1",
            "https://hooks.example:8443/",
            "HTTPS://hooks.example",
            "https://1.1.1.1/in",
            "https://[2a00:1450:400f:80d::200e]/in",
        ],
    )
    def test_taken(self, url):
        assert target_fault(url) is None

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://hooks.example/", "https_required"),
            ("https://127.0.0.1/", "address_not_public"),
            ("https://localhost/", "address_not_public"),
            ("https://api.localhost/", "address_not_public"),
            ("https://[::1]/", "address_not_public"),
            ("https://169.254.169.254/latest/meta-data", "address_not_public"),
            ("https://user:secret@hooks.example/", "credentials_in_url"),
            ("https://hooks.example/#part", "malformed_url"),
            ("ftp://hooks.example/", "malformed_url"),
            ("https:///in", "malformed_url"),
            ("https://hooks.example:port/", "malformed_url"),
            ("https://[::1/", "malformed_url"),
            ("https://hooks.example/a b", "malformed_url"),
            ("https://hooks.example/\n", "malformed_url"),
            ("https://høks.example/", "malformed_url"),
            ("https://hooks.example/" + "x" * 2048, "malformed_url"),
            ("hooks.example", "malformed_url"),
            ("", "malformed_url"),
        ],
    )
    def test_refused(self, url, code):
        fault = target_fault(url, "/url")
        assert fault is not None
        assert (fault.pointer, fault.code) == ("/url", code)
        assert not url or url not in fault.detail

    def test_a_local_run_takes_this_machine(self):
        for url in ("http://127.0.0.1:9000/", "http://localhost:9000/", "https://[::1]:9000/"):
            assert target_fault(url, allow_loopback=True) is None
        assert target_fault("http://hooks.example/", allow_loopback=True).code == "https_required"
        assert target_fault("http://10.0.0.1/", allow_loopback=True).code == "https_required"
        assert target_fault("https://10.0.0.1/", allow_loopback=True).code == "address_not_public"
