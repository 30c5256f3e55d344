"""Nothing inline, nothing from elsewhere: every page says so to the browser, and keeps to it."""

from html.parser import HTMLParser

import pytest

from tests.hitl_project import walk

pytestmark = pytest.mark.portable

PAGES = walk.PLAIN | walk.WORKSPACE | walk.ADMIN
POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The pictures of Swagger's own stylesheet are written in it.
LOOSER = {"API, described": {"img-src": "'self' data:"}}
NOT_RUN = {"application/json"}


class Inline(HTMLParser):
    """What a strict policy makes the browser leave out, as `tag` or `tag attribute`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "style" or (
            tag == "script" and "src" not in values and values.get("type") not in NOT_RUN
        ):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in values if name == "style" or name[:2] == "on"]
        self.found += [f"{tag} {name}" for name, value in attrs if _elsewhere(tag, name, value)]


def _elsewhere(tag: str, name: str, value: str | None) -> bool:
    """Whether a resource comes from another site, or from the address itself."""
    address = value or ""
    if address.startswith(("javascript:", "data:")):
        return True
    loads = name == "src" or (name == "href" and tag == "link")
    return loads and "//" in address


def policy_of(response):
    """The directives of the response's policy."""
    header = response.headers["Content-Security-Policy"]
    return dict(directive.strip().split(" ", 1) for directive in header.split(";"))


@pytest.mark.django_db
@pytest.mark.parametrize("place", PAGES)
def test_every_page_carries_the_policy_and_keeps_to_it(place):
    with walk.walking():
        response = PAGES[place]()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert policy_of(response) == POLICY | LOOSER.get(place, {})
    assert Inline(response.content.decode()).found == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<script>run()</script>", ["script"]),
        ("<style>p {color: red}</style>", ["style"]),
        ('<p style="color: red">', ["p style"]),
        ('<body onload="run()">', ["body onload"]),
        ('<a href="javascript:run()">', ["a href"]),
        ('<script src="https://elsewhere.example/x.js"></script>', ["script src"]),
        ('<link href="//elsewhere.example/x.css">', ["link href"]),
        ('<img src="data:image/gif;base64,x">', ["img src"]),
        ('<script src="/x.js"></script><link href="/x.css"><a href="https://a.example/">x</a>', []),
        ('<script type="application/json">{"style": 1}</script>', []),
    ],
)
def test_what_is_inline_or_from_elsewhere_is_found(page, found):
    assert Inline(page).found == found
