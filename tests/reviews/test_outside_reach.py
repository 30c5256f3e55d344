"""Which addresses of integrators may be called."""

import socket
import time

import pytest

from reviews.outside import Reach, check_url

PUBLIC_4, PUBLIC_6 = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
FAR = "{} is not on the public internet."


def reach(*entries, finds=(PUBLIC_4,)):
    """How far these entries let us call, where every name is found at `finds`."""
    named = Reach.of(entries)
    return Reach(named.networks, named.hosts, lambda host: list(finds))


def problem(url, *entries, finds=(PUBLIC_4,)):
    return check_url(url, reach(*entries, finds=finds))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://EXAMPLE.com:443/act?now=1",
        "https://xn--bcher-kva.example/",
        f"https://{PUBLIC_4}/",
        f"https://[{PUBLIC_6}]/",
    ],
)
def test_https_on_the_public_internet_may_be_called(url):
    assert problem(url) == ""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",  # noqa: S104 - nothing listens here
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        f"::ffff:{PUBLIC_4}",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001::7f00:1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
    ],
)
def test_what_is_not_public_is_refused_as_address_and_as_what_a_name_stands_for(address):
    written = f"[{address}]" if ":" in address else address
    assert problem(f"https://{written}/") == FAR.format(address)
    assert problem("https://example.com/", finds=[address]) == FAR.format("example.com")


def test_an_address_with_a_zone_is_refused():
    assert problem("https://example.com", finds=["fe80::1%eth0"]) == FAR.format("example.com")
    assert problem("https://example.com", finds=[f"{PUBLIC_6}%1"]) == FAR.format("example.com")
    assert problem("https://[fe80::1%25eth0]/") == "That is no address of the internet."


def test_one_address_out_of_reach_is_enough():
    assert problem("https://example.com", finds=[PUBLIC_4, "10.0.0.1"]) == FAR.format("example.com")


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.0x1", "1.2.3.08"]
)
def test_numbers_have_one_spelling(host):
    assert problem(f"https://{host}/") == "Write an address in numbers as four decimal ones."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "Write the address in plain ASCII, without spaces."),
        ("https://bücher.example", "Write the address in plain ASCII, without spaces."),
        ("https://①②⑦.0.0.1", "Write the address in plain ASCII, without spaces."),
        ("https://example.com\\@10.0.0.1/", "Write the address in plain ASCII, without spaces."),
        ("https://example.com/\tx", "Write the address in plain ASCII, without spaces."),
        ("https://example.com\n", "Write the address in plain ASCII, without spaces."),
        ("ftp://example.com", "The address must begin with https://."),
        ("example.com", "The address must begin with https://."),
        ("https://user:word@example.com", "Name and password do not belong in an address."),
        ("https://@example.com", "Name and password do not belong in an address."),
        ("https://", "The address names no host."),
        ("https://a..b", "The address names no host."),
        ("https://example.com.", "The address names no host."),
        ("https://exa%6dple.com", "The address names no host."),
        (f"https://{'a' * 64}.example", "The address names no host."),
        ("https://[::1", "That is no address."),
        ("https://example.com:99999", "That is no address."),
        ("https://[v1.x]/", "That is no address of the internet."),
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url, said):
    assert problem(url) == said


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://example.com:443",
        "https://example.com:22",
        "https://example.com:0",
    ],
)
def test_the_public_internet_is_called_by_https_on_its_port_only(url):
    assert problem(url) == "Only https on port 443 is called on the public internet."


@pytest.mark.parametrize(
    ("entry", "url", "finds"),
    [
        ("10.0.0.0/8", "http://10.1.2.3:8000/", ()),
        ("10.0.0.0/8", "http://worker.internal:8000/", ["10.1.2.3"]),
        ("Worker", "http://worker:8000/", ["10.1.2.3"]),
        ("::1", "http://[::1]:9000/", ()),
        ("[::1]", "http://[::1]:9000/", ()),
        ("example.com", "http://example.com:8080", [PUBLIC_4]),
    ],
)
def test_what_the_operator_names_may_be_called_in_any_way(entry, url, finds):
    assert problem(url, entry, finds=finds) == ""


def test_naming_a_network_names_nothing_beside_it():
    said = problem("http://worker/", "10.0.0.0/8", finds=["10.0.0.1", "11.0.0.1"])
    assert said == "Only https on port 443 is called on the public internet."
    assert problem("http://other/", "worker", finds=["10.0.0.1"]) == FAR.format("other")
    mapped = problem("http://[::ffff:10.0.0.1]/", "10.0.0.0/8")
    assert mapped == FAR.format("::ffff:10.0.0.1")


@pytest.mark.parametrize("entry", ["", "10.0.0.1/8", "a b", "http://worker"])
def test_an_entry_that_names_nothing_is_refused(entry):
    with pytest.raises(ValueError, match=r"no address, network or host name|host bits"):
        Reach.of([entry])


def failing(error):
    def look_up(host):
        raise error

    return Reach(look_up=look_up)


def test_a_name_that_is_not_found_is_said_plainly():
    unknown = failing(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    said = "nowhere.example cannot be found: Name or service not known."
    assert check_url("https://nowhere.example", unknown) == said
    odd = failing(UnicodeError("label too long"))
    assert check_url("https://nowhere.example", odd).startswith("nowhere.example cannot be found")
    assert problem("https://nowhere.example", finds=()) == "nowhere.example has no address."


def hangs(host):
    """A look-up that takes its time."""
    time.sleep(1)
    return []


def test_a_look_up_that_hangs_is_given_up():
    began = time.monotonic()
    slow = Reach(look_up=hangs)
    assert check_url("https://example.com", slow, 0.05) == "example.com was not found in time."
    assert time.monotonic() - began < 0.5
