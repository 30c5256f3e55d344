"""What the agent says it did with a result."""

import pytest

from hitl_project.demo.deeds import done

LINES = [{"account": "a"}, {"account": "b"}]


def review(outcome, result, proposal):
    return {"outcome": outcome, "result": result, "proposal": proposal}


@pytest.mark.parametrize(
    ("gate", "result", "proposal", "told"),
    [
        ("refund", {"amount": 10}, {"amount": 10}, "refunded $10.00"),
        ("refund", {"amount": 9}, {"amount": 10}, "refunded $9.00 instead of $10.00"),
        ("bulk_credit", {"credits": LINES}, {"credits": LINES}, "credited 2 customers"),
        ("bulk_credit", {"credits": LINES[:1]}, {"credits": LINES}, "credited 1 of 2"),
        ("reply", {"body": "Hi"}, {"body": "Hi"}, "sent the letter"),
        ("reply", {"body": "Ho"}, {"body": "Hi"}, "sent the letter as a person wrote it"),
        ("close_account", {"account": "C-1"}, {}, "closed the account C-1"),
        ("listing", {"action": "Remove", "title": "Watch"}, {}, "removed “Watch”"),
        ("listing", {"action": "Hide", "title": "Watch"}, {}, "hid “Watch”"),
        ("listing", {"action": "Warn", "title": "Watch"}, {}, "warned about “Watch”"),
    ],
)
def test_a_result_is_acted_on(gate, result, proposal, told):
    assert done(gate, review("approved", result, proposal)) == told


def test_without_a_result_nothing_is_done():
    assert done("refund", review("rejected", None, {"amount": 10})) == "dropped it"


def test_the_words_of_a_person_are_sent_and_told_in_one_short_line():
    words = {"message": "Dear Ann,\n\n" + "so " * 60}
    told = done("reply", review("answered", words, {}))
    assert told.startswith("sent the customer a person's words: “Dear Ann, so so ")
    assert told.endswith("…”")
