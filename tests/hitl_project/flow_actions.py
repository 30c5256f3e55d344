"""The actions of a shop, for the processes that `test_flows` starts: each notes what it did."""

import json
import os
from pathlib import Path

from reviews.actions import Call, action


def noted(call: Call) -> Call:
    line = json.dumps({"action": call.action, "data": call.data, "key": call.key})
    with Path(os.environ["FLOW_LOG"]).open("a") as log:
        log.write(f"{line}\n")
    return call


@action("analyse_ticket")
def analyse(call: Call) -> object:
    return noted(call).data | {"mood": "calm"}


@action("propose_refund")
def propose(call: Call) -> object:
    amount = noted(call).data["amount"]
    return {
        "proposal": {"amount": amount},
        "context": {"refund_reason": "Broken"},
        "recommendation": "approve",
        "confidence": 0.87,
    }


@action("revise_refund")
def revise(call: Call) -> object:
    return {"proposal": {"amount": 10}, "context": noted(call).data["context"]}


@action("issue_refund")
def issue(call: Call) -> object:
    return {"refunded": noted(call).data["amount"]}


@action("mail_link")
def mail(call: Call) -> None:
    noted(call)
