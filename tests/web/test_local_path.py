"""After signing in, a browser is sent to an address of ours and nowhere else."""

import pytest

from teleradiology.web.local_path import checked


@pytest.mark.parametrize(
    "path", ["/teleradiology", "/teleradiology/", "/teleradiology/read/01J?x=1&y=%D8%A7", "/teleradiology?state=open"]
)
def test_our_own_addresses_pass(path):
    assert checked(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//evil.test",
        "https://evil.test/teleradiology/",
        "/\\evil.test",
        "/teleradiology//evil.test",
        "/teleradiology/\\evil.test",
        "/teleradiologyevil",
        "/teleradiology@evil.test",
        "javascript:alert(1)",
        "/system",
        "/teleradiology/a\r\nSet-Cookie: x=1",
        "/teleradiology/\x00",
        "/teleradiology/" + "a" * 3000,
    ],
)
def test_everything_else_becomes_the_first_page(path):
    assert checked(path) == "/teleradiology/"
