"""The page at /docs stands alone."""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from fordring.edge.docs_page import MEDIA, headers, page


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.feed(page())

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_nothing_is_fetched_from_elsewhere():
    for _tag, attributes in Elements().found:
        for name in ("src", "href", "action"):
            assert attributes.get(name, "data:,") == "data:,"
    assert not re.search(r"https?://|@import|(?<!c)url\(|\bimport\(", page())


def test_no_answer_can_become_markup():
    for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
        assert dangerous not in page()
    assert not [
        tag for tag, attributes in Elements().found if any(name.startswith("on") for name in attributes)
    ]


@pytest.mark.parametrize("element", ["style", "script"])
def test_the_policy_lets_exactly_this_page_run(element):
    (text,) = re.findall(rf"<{element}>(.*?)</{element}>", page(), re.DOTALL)
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = headers()["Content-Security-Policy"]
    assert f"{element}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [tag for tag, attributes in Elements().found if "style" in attributes]


def test_it_is_a_page():
    assert MEDIA == "text/html; charset=utf-8"
    assert page().startswith("<!doctype html>")
    assert "v1/openapi.json" in page()
