"""A sign-in is remembered with what it came from, in words a person knows."""

import pytest

from app.web.devices import device

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
WECHAT = "Mozilla/5.0 (Linux; Android 15; V2) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "agent, words",
    [
        (CHROME, "Chrome · Windows"),
        (CHROME + " Edg/140.0", "Edge · Windows"),
        (PHONE, "Safari · iPhone"),
        (WECHAT, "微信 · Android"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_browser_and_its_system_are_named_in_two_words(app, agent, words):
    with app.test_request_context():
        assert device(agent) == words
