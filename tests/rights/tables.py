"""What everybody gets at every address.

A row has one letter for each of these, in this order:

    anonymous
    member of the team without a role, reviewer of it, its lead, owner of the gate, of another team
    admin, policy author, policy approver, auditor, superuser
    key of the gate, key of another gate, a member's key, a stranger's key
    who has left, his key

    .  200    +  201    >  302    s  sign in first    u  401    x  403    0  404    c  409
"""

from __future__ import annotations

from typing import Any

from tests.rights.calls import Call
from tests.rights.world import World

PUBLIC = ". ..... ..... .... .."
PERSONS = "s ..... ..... ssss ss"
SEEN = "s ....0 .00.. ssss ss"
CONTENT = {
    "proposal": {"amount": 1},
    "context": {"order_details": "x", "customer_history": "y", "refund_reason": "z"},
}
CHOSEN = {"theme": "dark", "density": "compact", "after_decision": "stay"}


def _digest(made: World) -> str:
    digest: str = made.things["pending"].digest
    return digest


def _id_of(name: str) -> Any:
    return lambda made: str(made.things[name].pk)


def _move(name: str, of: str = "pending", **body: Any) -> Call:
    return Call("POST", "review-move", of, body, name)


PAGES: dict[Call, str] = {
    Call("GET", "home"): PERSONS,
    Call("GET", "queue"): "s ...00 .00.. ssss ss",
    Call("POST", "queue-next"): "s >>>00 >00>> ssss ss",
    Call("GET", "review", "pending"): SEEN,
    Call("GET", "review", "claimed"): SEEN,
    Call("GET", "review", "held"): SEEN,
    Call("GET", "review", "conditional"): SEEN,
    Call("GET", "review", "closed"): SEEN,
    Call("POST", "review-verdict", "pending", {"verdict": "approve", "digest": _digest}): (
        "s >>>x0 x00xx ssss ss"
    ),
    Call("POST", "review-preview", "pending", {"verdict": "modify", "digest": _digest}): SEEN,
    Call("POST", "review-draft", "pending", {"verdict": "modify"}): SEEN,
    _move("claim"): "s >>>x0 x00xx ssss ss",
    _move("renew", "claimed"): "s c>cx0 x00xx ssss ss",
    _move("release", "claimed"): "s c>cc0 c00cc ssss ss",
    _move("pass"): "s >>>x0 x00xx ssss ss",
    _move("assign", username="member"): "s xx>x0 >00x> ssss ss",
    _move("escalate"): "s >>>x0 x00xx ssss ss",
    _move("ask", question="Why?"): "s >>>x0 x00xx ssss ss",
    _move("comment", text="Well"): "s >>>>0 >00>> ssss ss",
    _move("undo", "held"): "s x>xx0 x00xx ssss ss",
    _move("cancel"): "s xxxx0 >00x> ssss ss",
    _move("overturn", "closed", verdict_meant="reject", note="No"): "s xxxx0 >00x> ssss ss",
    _move("answer", "conditional", condition=_id_of("condition"), answer="confirm"): (
        "s >>>x0 x00xx ssss ss"
    ),
    _move("nonsense"): "0 00000 00000 0000 00",
    Call("GET", "run", "run"): SEEN,
    Call("GET", "run-cancel", "run"): "s xxxx0 .00x. ssss ss",
    Call("POST", "run-cancel", "run", {"undo": "no"}): "s xxxx0 >00x> ssss ss",
    Call("POST", "run-move", "run", {}, "retry"): "s xxxx0 >00x> ssss ss",
    Call("POST", "run-move", "run", {}, "skip"): "s xxxx0 >00x> ssss ss",
    Call("POST", "run-move", "run", {}, "nonsense"): "s 00000 00000 ssss ss",
    Call("GET", "workflows"): "s 00000 ..... ssss ss",
    Call("GET", "workflow"): "s 00000 ..... ssss ss",
    Call("GET", "preferences"): PERSONS,
    Call("POST", "preferences", "", CHOSEN): "s >>>>> >>>>> ssss ss",
    Call("GET", "condition", "secret"): PUBLIC,
    Call("POST", "condition", "secret", {"answer": "confirm"}): PUBLIC,
    Call("GET", "login"): PUBLIC,
    Call("POST", "login", "", {"username": "x", "password": "y"}): PUBLIC,
    Call("POST", "logout"): "> >>>>> >>>>> >>>> >>",
    Call("GET", "healthz"): PUBLIC,
    Call("GET", "readyz"): PUBLIC,
}

CALLERS = "u ..... ..... .... uu"
SCOPE = "u ....0 .00.. .0.0 uu"
TEAMS = "u ...x0 x00xx x0.0 uu"
OPEN = ". ..... ..... .... .u"  # to whoever shows no wrong key
API: dict[Call, str] = {
    Call("GET", "api/v1/ view"): "> >>>>> >>>>> >>>> >>",
    Call("GET", "api/v1/ no_such_call"): "0 00000 00000 0000 00",
    Call("POST", "api/v1/ no_such_call"): "0 00000 00000 0000 00",
    Call("GET", "review-list"): CALLERS,
    Call("POST", "review-list", "", {"gate": "refund", **CONTENT}): "u xxxxx xxxxx +0xx uu",
    Call(
        "POST",
        "review-batch",
        "",
        {"ids": lambda made: [_id_of("pending")(made)], "verdict": "reject", "reasons": ["fraud"]},
    ): "u ..... ..... xx.. uu",
    Call("GET", "review-detail"): SCOPE,
    Call("GET", "review-wait", "closed"): SCOPE,
    Call("POST", "review-decide", "pending", {"verdict": "approve"}): TEAMS,
    Call("POST", "review-claim"): TEAMS,
    Call("POST", "review-renew", "claimed"): "u c.cx0 x00xx x0c0 uu",
    Call("POST", "review-release", "claimed"): "u c.cc0 c00cc x0c0 uu",
    Call("POST", "review-pass-on"): TEAMS,
    Call("POST", "review-assign", "pending", {"reviewer": "member"}): "u xx.x0 .00x. x0x0 uu",
    Call("POST", "review-escalate"): TEAMS,
    Call("POST", "review-ask", "pending", {"question": "Why?"}): TEAMS,
    Call("GET", "review-comments"): "u ....0 .00.. x0.0 uu",
    Call("POST", "review-comments", "pending", {"text": "Well"}): "u ....0 .00.. x0.0 uu",
    Call("POST", "review-undo", "held"): "u x.xx0 x00xx x0x0 uu",
    Call("POST", "review-cancel"): "u xxxx0 .00x. .0x0 uu",
    Call("POST", "review-overturn", "closed", {"verdict": "reject", "note": "No"}): (
        "u xxxx0 .00x. x0x0 uu"
    ),
    Call("POST", "condition-api-confirm", "condition"): TEAMS,
    Call("POST", "condition-api-deny", "condition"): TEAMS,
    Call("POST", "condition-api-confirm", "api condition"): "u xxxx0 x00xx .0x0 uu",
    Call("POST", "condition-api-deny", "api condition"): "u xxxx0 x00xx .0x0 uu",
    Call("GET", "gate-list"): CALLERS,
    Call("GET", "gate-detail"): SCOPE,
    Call("POST", "gate-check", "", CONTENT): SCOPE,
    Call("GET", "workflow-list"): CALLERS,
    Call("GET", "workflow-detail"): SCOPE,
    Call("POST", "workflow-runs", "", {"input": CONTENT}): "u xxxxx xxxxx +0xx uu",
    Call("GET", "run-api-list"): CALLERS,
    Call("GET", "run-api-detail", "run"): SCOPE,
    Call("GET", "run-api-wait", "ended run"): SCOPE,
    Call("POST", "run-api-cancel", "run"): "u xxxx0 .00x. .0x0 uu",
    Call("POST", "run-api-retry", "run"): "u xxxx0 .00x. .0x0 uu",
    Call("GET", "schema"): OPEN,
    Call("GET", "docs"): OPEN,
}


def _shown(made: World) -> str:
    return f"{made.things['pending'].pk}:{_digest(made)}"


def _run(made: World) -> str:
    return str(made.things["run"].pk)


def _through(move: str) -> Call:
    said = {"move": move, "shown": _shown, "confirmed": "1", "reasons": "fraud"}
    return Call("POST", "admin:reviews_review_move", "pending", said, move)


# Whoever is no staff is asked to sign in at each address of the admin, so its tables tell of staff:
# the reviewers, then the other roles. `-` goes on to another page, and has done nothing.
SITE: dict[Call, str] = {
    Call("GET", "admin:index"): ".... .....",
    Call("GET", "admin:search"): ".... .....",
    Call("GET", "admin:password_change"): ".... .....",
    Call("GET", "admin:password_change_done"): ".... .....",
    Call("GET", "admin:autocomplete"): "xxxx xxxxx",
    Call("GET", "admin:jsi18n"): ".... .....",
    Call("GET", "admin:app_list"): ".... .....",
    Call("GET", "admin:auth_user_password_change", "user"): "xxxx .xxx.",
    Call("GET", "admin:reviews_run_move"): "xxxx -xxx-",
    Call("POST", "admin:reviews_run_move", "run", {"move": "retry", "run": _run}): "xxxx .xxx.",
    Call(
        "POST", "admin:reviews_run_move", "run", {"move": "retry", "run": _run, "confirmed": "1"}
    ): "xxxx >xxx>",
    Call("GET", "admin:reviews_endpoint_secret", "endpoint"): "wwww wwwww",
    Call("POST", "admin:reviews_endpoint_secret", "endpoint"): "xxxx .xxx.",
    Call("POST", "admin:reviews_endpoint_rotate", "endpoint"): "xxxx -xxx-",
    Call("GET", "admin:reviews_review_move"): "---- -xx--",
    Call("GET", "admin:reviews_review_result"): "---- -xx--",
    _through("claim"): ">>-0 -xx--",
    _through("approve"): ">>x0 xxxxx",
    _through("reject"): ">>x0 xxxxx",
    _through("escalate"): ">>x0 xxxxx",
}
MODELS = """
model                   list        add         look        save        delete      history
gates_event             xxxx .....  xxxx xxxxx  xxxx .....  xxxx xxxxx  xxxx xxxxx  xxxx .....
gates_gate              .... .....  xxxx xxxxx  .... .....  xxxx xxxxx  xxxx xxxxx  ---- -----
gates_gateversion       .... .....  xxxx xxxxx  .... .....  xxxx xxxxx  xxxx xxxxx  ---- -----
gates_workflow          xxxx .....  xxxx xxxxx  xxxx .....  xxxx xxxxx  xxxx xxxxx  xxxx -----
gates_workflowversion   xxxx .....  xxxx xxxxx  xxxx .....  xxxx xxxxx  xxxx xxxxx  xxxx -----
gates_apikey            xxxx .....  xxxx .xxx.  xxxx .....  xxxx xxxxx  xxxx xxxxx  xxxx -----
gates_team              .... .....  xxxx .xxx.  .... .....  xxxx .xxx.  xxxx xxxxx  ---- -----
gates_calendar          xxxx .....  xxxx .xxx.  xxxx .....  xxxx .xxx.  xxxx .xxx.  xxxx .....
reviews_assignment      .... .xx..  xxxx xxxxx  ...- .xx..  xxxx xxxxx  xxxx xxxxx  ---0 -00--
reviews_decision        .... .xx..  xxxx xxxxx  ...- .xx..  xxxx xxxxx  xxxx xxxxx  ---0 -00--
reviews_condition       .... .xx..  xxxx xxxxx  ...- .xx..  xxxx xxxxx  xxxx xxxxx  ---0 -00--
reviews_comment         .... .xx..  xxxx xxxxx  ...- .xx..  xxxx xxxxx  xxxx xxxxx  ---0 -00--
reviews_delivery        xxxx .xx..  xxxx xxxxx  xxxx .xx..  xxxx xxxxx  xxxx xxxxx  xxx0 -00--
reviews_review          .... .xx..  xxxx xxxxx  ...0 .xx..  xxx0 xxxxx  xxxx xxxxx  ---0 -00--
reviews_run             xxxx .xx..  xxxx xxxxx  xxxx .xx..  xxxx xxxxx  xxxx xxxxx  xxx0 -00--
reviews_endpoint        xxxx .xx..  xxxx .xxx.  xxxx .xx..  xxxx .xxx.  xxxx .xxx.  xxxx .xx..
reviews_idempotencykey  xxxx .xx..  xxxx xxxxx  xxxx .xx..  xxxx xxxxx  xxxx xxxxx  xxxx .xx..
reviews_heartbeat       xxxx .xx..  xxxx xxxxx  xxxx .xx..  xxxx xxxxx  xxxx xxxxx  xxxx .xx..
reviews_preference      xxxx .xx..  xxxx xxxxx  xxxx .xx..  xxxx xxxxx  xxxx xxxxx  xxxx .xx..
django_q_failure        xxxx .xxx.  xxxx xxxxx  xxxx .xxx.  xxxx xxxxx  xxxx xxxxx  xxxx .xxx.
django_q_ormq           xxxx .xxx.  xxxx xxxxx  xxxx .xxx.  xxxx xxxxx  xxxx xxxxx  xxxx .xxx.
auth_user               xxxx .xxx.  xxxx .xxx.  xxxx .xxx.  xxxx .xxx.  xxxx .xxx.  xxxx .xxx.
auth_group              xxxx .xxx.  xxxx .xxx.  xxxx .xxx.  xxxx .xxx.  xxxx .xxx.  xxxx .xxx.
"""
# What a list does with the row that is chosen. `?`: asks first and shows it, `+`: done. Whoever has
# decided something is never deleted, and a review that nobody holds is not released.
ACTIONS = """
action                          staff
gates_apikey revoke             xxxx ?---?
gates_calendar delete_selected  xxxx ?---?
reviews_review claim            ++-- -xx--
reviews_review approve          ???- ?xx??
reviews_review reject           ???- ?xx??
reviews_review escalate         ???- ?xx??
reviews_review assign           ???- ?xx??
reviews_review prioritise       ???- ?xx??
reviews_review cancel           ???- ?xx??
reviews_review release          ---- -xx--
reviews_run retry               xxxx ?xx-?
reviews_run skip                xxxx ?xx-?
reviews_run cancel              xxxx ?xx-?
auth_user delete_selected       xxxx -xxx-
auth_group delete_selected      xxxx ?xxx?
"""
# Django's own, which our pages do not lead to.
ELSEWHERE = {
    "admin:login": "of Django: leads on who is signed in",
    "admin:logout": "of Django: signs out, whoever asks",
    "admin:view_on_site": "no model of ours has a page of its own by get_absolute_url",
}
