"""Who is let in, and that nothing beside the page is ever served."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.console.server import Address
from skyweft.errors import ScenarioError
from skyweft.results import Run
from skyweft.serving.hosts import host_of, is_loopback
from tests.asking import asking


@pytest.fixture(scope="module")
def guarded(small: Run, page: Path) -> Any:
    return Guard(application(Shelf([small.folder]), page), "s3cret")


@pytest.mark.parametrize("host", ["127.0.0.1:80", "localhost:8000", "[::1]:9", "LOCALHOST"])
def test_this_machine(ask: Any, host: str) -> None:
    assert ask("/", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example:8000",
        "",
        "[::2]:80",
        "[::1].evil.com",
        "[::1]evil.com:80",
        "[::1]:80.evil.com",
        "evil.com[::1]",
        "127.0.0.1@evil.com",
        "evil.com:80@127.0.0.1",
        "127.0.0.1/evil.com",
        "127.0.0.1:x",
        "localhost, evil.com",
        "[127.0.0.1]",
        "[::1",
        "::1",
    ],
)
def test_names_that_are_not_this_machine(ask: Any, host: str) -> None:
    for address in ("/", "/api/v1/runs"):
        assert ask(address, host=host).status == 421


@given(
    good=st.sampled_from(["127.0.0.1", "localhost", "[::1]", "127.0.0.1:80", "[::1]:80"]),
    before=st.text("[]:.@/0189aAz-%?# \t", max_size=4),
    after=st.text("[]:.@/0189aAz-%?# \t", max_size=4),
)
def test_what_is_not_wholly_this_machine_is_refused(good: str, before: str, after: str) -> None:
    """Accepted is what RFC 3986 lets an authority without a user say of a loopback address."""
    name = rf"localhost|127(\.\d{{1,3}}){{3}}|\[{'(0*:)*'}:0*1\]"
    text = before + good + after
    if is_loopback(host_of(text)):
        assert re.fullmatch(rf"({name})(:\d{{1,5}})?", text.lower()), text
    assert is_loopback(host_of(good))


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.isprintable)


@given(token=TEXTS | st.binary(min_size=16).map(lambda each: b64encode(each).decode()))
@example("a+b/c==")
@example('a&view=b#c%20?d; e\\"')
@example("\u53e3\u4ee4")
def test_the_printed_address_opens_the_page(small: Run, page: Path, token: str) -> None:
    parts = urlsplit(Address("10.0.0.5", token=token).page(8000))
    ask = asking(Guard(application(Shelf([small.folder]), page), token), parts.netloc)
    welcome = ask(f"{parts.path}?{parts.query}")
    assert (welcome.status, welcome.headers["location"]) == (303, "/")
    cookie = welcome.headers["set-cookie"].partition(";")[0]
    assert ask("/api/v1/runs", cookie=cookie).status == 200
    assert not parts.fragment


@pytest.mark.parametrize("token", ["", "a\nb", "\udc80", "x" * 1_001])
def test_tokens_that_no_address_can_carry(token: str) -> None:
    with pytest.raises(ScenarioError, match="--token: "):
        Address(token=token)


def test_a_zone_is_spelled_as_addresses_do() -> None:
    # RFC 6874, section 2: the percent sign before a zone is written %25.
    assert Address("fe80::1%eth0", token="x").page(80) == "http://[fe80::1%25eth0]:80/?token=x"


def test_only_get(ask: Any) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert ask("/api/v1/runs", method).status == 405


def test_headers(ask: Any) -> None:
    for address in ("/", "/api/v1/runs", "/api/v1/nothing"):
        headers = ask(address).headers
        assert headers["content-security-policy"].startswith("default-src 'self'; ")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_the_page_is_asked_for_again_and_its_parts_are_kept(ask: Any) -> None:
    assert ask("/").headers["cache-control"] == "no-cache"
    assert ask("/").body.startswith(b"<!doctype html>")
    part = ask("/assets/page-abc.js")
    assert "immutable" in part.headers["cache-control"]
    assert part.headers["content-type"].startswith("text/javascript")
    assert ask("/api/v1/runs").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "address",
    ["/../secret.txt", "/assets/../../secret.txt", "//secret.txt", "/link.txt", "/assets", "/x.js"],
)
def test_nothing_beside_the_page(ask: Any, address: str) -> None:
    answer = ask(address)
    assert answer.status == 404
    assert b"secret" not in answer.body.replace(b"secret.txt", b"")


def test_no_page_says_what_to_do(small: Run) -> None:
    answer = asking(Guard(application(Shelf([small.folder]), None), None))("/")
    assert answer.status == 503
    assert answer.body.startswith(b"console not built: ")


def test_a_token_is_needed_once(guarded: Any) -> None:
    ask = asking(guarded, "10.0.0.5:8000")
    assert ask("/").status == 401
    assert ask("/api/v1/runs?token=wrong").status == 401
    welcome = ask("/?token=s3cret&view=links&at=1%202")
    assert welcome.status == 303
    assert welcome.headers["location"] == "/?view=links&at=1+2"
    cookie = welcome.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert ask("/api/v1/runs", cookie=cookie.partition(";")[0]).status == 200
    assert ask("/api/v1/runs", cookie="skyweft_token=s3cre").status == 401
    assert ask("/api/v1/runs", cookie="skyweft_token=\xe9").status == 401


def test_the_way_out_of_the_token_leads_here(guarded: Any) -> None:
    answer = asking(guarded)("//evil.example/?token=s3cret")
    assert answer.headers["location"] == "/evil.example/"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_other_hosts_need_a_token(host: str) -> None:
    with pytest.raises(ScenarioError, match="--token"):
        Address(host)
    assert Address(host, token="x").host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_none(host: str) -> None:
    assert Address(host).token is None
