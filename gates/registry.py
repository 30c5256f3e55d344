"""Every key of a gate and of a workflow: what it means, and the test that fails when nothing
enforces it any more.

The reader of policy files takes the keys that it knows from here, so that none is accepted without
a test to its name. `[]` stands for each element of a list and `{}` for each code of a map.
"""

from __future__ import annotations

from dataclasses import dataclass

_FILE = "tests/gates/test_policyfile.py"
_RULES = "tests/gates/test_policyfile_rules.py"
_ROUTING = "tests/gates/test_routing.py"
_DOOR = "tests/gates/test_routing_submission.py"
_PUBLISH = "tests/gates/test_publish.py"
_RUN = "tests/reviews/test_policy_keys.py"


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `test` is the node id of the test that falls with its enforcement."""

    name: str
    meaning: str
    test: str

    @property
    def section(self) -> str:
        """Where the key stands: the name without its last part; empty for a gate's own keys."""
        return self.name.rpartition(".")[0]


def _run(name: str, meaning: str) -> Key:
    """A key that is enforced while a review runs."""
    return Key(
        name,
        meaning,
        f"{_RUN}::test_{name.replace('[].', '_').replace('{}.', '_').replace('.', '_')}",
    )


def _read(name: str, meaning: str, test: str) -> Key:
    """A key of a workflow that the reader of files judges."""
    return Key(name, meaning, f"tests/gates/test_policyfile_workflow.py::test_{test}")


def _check(name: str, meaning: str, test: str) -> Key:
    """A key of a workflow that is judged with the whole graph."""
    return Key(name, meaning, f"tests/gates/test_graph_check.py::test_{test}")


def _publishing(name: str, meaning: str, test: str) -> Key:
    """A key of a workflow that is judged when it is published."""
    return Key(name, meaning, f"tests/gates/test_publish_workflows.py::test_{test}")


_ALL = "every_key_of_a_workflow_is_read"
_BOUNDS = "a_value_out_of_bounds_is_refused"

KEYS = (
    _run("description", "the title of each review, a template over proposal and context"),
    Key("context", "the facts a person needs", f"{_DOOR}::test_a_fact_that_is_missing_is_refused"),
    Key(
        "context[].key",
        "the fact's name in the submitted context",
        f"{_DOOR}::test_a_fact_that_is_missing_is_refused",
    ),
    Key(
        "context[].label",
        "how the fact is headed",
        f"{_FILE}::test_a_context_object_keeps_all_it_says",
    ),
    Key(
        "context[].kind",
        "how the fact is laid out",
        f"{_FILE}::test_a_context_object_keeps_all_it_says",
    ),
    Key(
        "context[].from", "who states the fact", f"{_FILE}::test_a_context_object_keeps_all_it_says"
    ),
    Key(
        "context[].optional",
        "the fact may be missing",
        f"{_DOOR}::test_an_optional_fact_may_be_missing",
    ),
    _run("options", "the verdicts that a person may give"),
    _run("timeout", "seconds until the deadline"),
    _run("timeout_action", "what happens at the deadline"),
    _run("final_action", "what happens at the deadline of the chain's last level"),
    _run("working_time", "deadlines count in the working hours of the team that is asked"),
    _run("assignee", "the team that is asked first"),
    _run(
        "owner", "the team that may see all reviews of the gate; its leads may cancel and overturn"
    ),
    _run("priority", "how urgent a review is in the queue"),
    _run("escalation", "the teams that are asked next"),
    _run("escalation[].assignee", "the team of this level"),
    _run("escalation[].timeout", "seconds until the deadline of this level"),
    Key(
        "triggers",
        "the rules that ask for a person",
        f"{_ROUTING}::test_what_no_trigger_catches_needs_nobody",
    ),
    Key(
        "triggers.irreversible",
        "the action cannot be undone",
        f"{_ROUTING}::test_an_irreversible_action_asks",
    ),
    Key(
        "triggers.stakes",
        "being wrong costs much",
        f"{_ROUTING}::test_high_stakes_ask_and_show_what_was_seen",
    ),
    Key(
        "triggers.boundary",
        "the AI is near the edge of what it may do",
        f"{_ROUTING}::test_a_boundary_asks_with_its_text",
    ),
    Key(
        "triggers.boundary{}.when",
        "when it is near",
        f"{_ROUTING}::test_a_boundary_asks_with_its_text",
    ),
    Key(
        "triggers.boundary{}.policy",
        "the text that is shown",
        f"{_ROUTING}::test_a_boundary_asks_with_its_text",
    ),
    Key(
        "triggers.confidence_below",
        "the AI is not sure",
        f"{_ROUTING}::test_confidence_below_the_floor_asks",
    ),
    Key(
        "triggers.calibration",
        "the share that is checked at random",
        f"{_ROUTING}::test_the_coin_asks_below_its_share",
    ),
    Key(
        "triggers.always",
        "everything goes to a person",
        f"{_ROUTING}::test_always_asks_with_its_reason",
    ),
    Key("triggers.because", "why everything must", f"{_RULES}::test_always_must_say_why"),
    Key(
        "mode",
        "gate: nothing passes before it is decided; observe: a share is looked at after it",
        f"{_RULES}::test_observe_refuses_what_would_have_to_stop_something",
    ),
    Key(
        "proposal_schema",
        "the shape of a proposal",
        f"{_DOOR}::test_a_proposal_outside_the_schema_is_refused",
    ),
    _run("editable", "the places that a modify may change"),
    _run("items", "the list that a partial verdict decides item by item"),
    Key("items.list", "where the list is", f"{_DOOR}::test_items_must_be_a_list"),
    Key("items.id", "the member that names an item", f"{_DOOR}::test_items_need_ids_of_their_own"),
    _run("limits", "what any result must satisfy"),
    _run("subject", "whom or what a proposal is about"),
    _run("amount", "how much is at stake"),
    _run("reasons", "the coded reasons that a decider may give"),
    Key("reasons{}.label", "how the reason reads", f"{_PUBLISH}::test_reasons_become_rows"),
    _run("reasons{}.verdicts", "the verdicts that the reason goes with"),
    Key("reasons{}.text", "wording to start from", f"{_FILE}::test_a_reason_keeps_all_it_says"),
    _run("conditions", "the conditions that an approve_if may name"),
    _run("conditions{}.text", "what must be confirmed"),
    _run("conditions{}.confirms", "who confirms"),
    _run("conditions{}.timeout", "seconds until the condition fails"),
    _run("undo_window", "seconds in which a verdict can be taken back"),
    _run("lease", "seconds for which a claim holds"),
    _run("approvals", "how many persons must approve"),
    _run("max_rounds", "how often a proposal may come, revisions included"),
    _run("approve_needs_seen", "a deadline approves only what a person has opened"),
    _run("batch", "whether many may be approved at once"),
    _run("batch.when", "which of them"),
    _run("batch.cap", "how many at once"),
    Key(
        "publish",
        "self: who may publish, publishes alone",
        f"{_FILE}::test_what_is_not_built_yet_is_refused",
    ),
    Key(
        "example",
        "a proposal that every rule is tried on",
        f"{_RULES}::test_every_rule_is_tried_on_the_example",
    ),
    Key("example.proposal", "the proposal", f"{_RULES}::test_the_example_must_fit_the_schema"),
    Key("example.context", "its facts", f"{_RULES}::test_the_example_must_have_the_facts"),
    Key(
        "example.confidence",
        "the AI's confidence",
        f"{_RULES}::test_every_rule_is_tried_on_the_example",
    ),
)

_ACTIONS = "tests/reviews/runs/test_actions.py::test"
_NODES = "tests/reviews/runs/test_nodes.py::test"
_UNDOING = "tests/reviews/runs/test_undoing.py::test"
_DIAGRAMS = "tests/reviews/runs/test_diagrams.py::test"
_WALKED = f"{_DIAGRAMS}_approved_executes_what_was_proposed"
_GIVEN = f"{_ACTIONS}_what_an_action_is_given_is_worked_out_from_what_ran_before"
_CUT_OFF = f"{_ACTIONS}_an_action_that_takes_too_long_is_cut_off"
_AGAIN = f"{_ACTIONS}_an_action_that_fails_is_tried_again_after_a_pause_that_grows"
_GIVEN_UP = f"{_ACTIONS}_after_the_last_attempt_the_run_is_stuck_and_nothing_goes_on"
_UNDONE = f"{_UNDOING}_cancel_with_undo_goes_back_over_what_was_done_and_can_be_undone"
_REVISED = f"{_DIAGRAMS}_rejected_goes_to_revision_and_comes_back"
_LET_PASS = f"{_UNDOING}_an_observing_gate_lets_everything_pass_and_keeps_what_would_have_asked"
_ROUNDS = f"{_NODES}_rounds_of_a_gates_node_are_fewer_than_the_gate_allows"
_SENT = f"{_NODES}_whoever_sends_the_link_is_told_what_to_send_and_to_whom"
_CONFIRMED = f"{_NODES}_the_key_that_started_the_run_confirms_what_is_its_to_confirm"
_TOO_LATE = f"{_NODES}_who_does_not_answer_in_time_has_not_answered"
_ANSWERED = f"{_NODES}_the_person_outside_answers_by_the_link"
_FIRST = f"{_NODES}_the_first_case_that_holds_is_taken"
_OTHERWISE = f"{_NODES}_none_that_holds_goes_the_other_way"
_USED_UP = f"{_NODES}_a_loop_ends_when_its_rounds_are_used_up"

WORKFLOW_KEYS = (
    _read("workflow.description", "what the workflow is for", _ALL),
    _check("workflow.start", "the first node", "a_start_that_does_not_exist_is_refused"),
    _check("workflow.nodes", "its nodes by name", "an_edge_that_leads_nowhere_is_refused"),
    _publishing(
        "action.action",
        "who performs it",
        "an_action_that_nobody_performs_keeps_a_workflow_from_being_published",
    ),
    Key("action.next", "the node after it", _WALKED),
    Key("action.with", "what it is given", _GIVEN),
    Key("action.timeout", "seconds that one attempt may take", _CUT_OFF),
    Key("action.retry", "how often it is tried", _AGAIN),
    Key("action.retry.attempts", "how many times at most", _GIVEN_UP),
    Key("action.retry.pause", "seconds until the second attempt; the pause doubles", _AGAIN),
    Key("action.retry.longest", "the longest pause in seconds", _AGAIN),
    Key("action.compensate", "the action that undoes it", _UNDONE),
    _publishing(
        "human_gate.human_gate",
        "the gate that a proposal passes",
        "a_gate_that_is_not_published_keeps_a_workflow_from_being_published",
    ),
    Key("human_gate.on", "the node after each outcome", _REVISED),
    Key("human_gate.with", "the proposal and its facts", _LET_PASS),
    Key("human_gate.rounds", "how often a proposal may come", _ROUNDS),
    Key("condition.condition", "what must be confirmed, and by whom", _SENT),
    Key("condition.condition.text", "how it is put", _SENT),
    Key("condition.condition.confirms", "link or api", _CONFIRMED),
    Key("condition.condition.contact", "whom to ask", _SENT),
    Key("condition.condition.send", "the action that passes the link on", _SENT),
    Key("condition.condition.timeout", "seconds until it expires", _TOO_LATE),
    Key("condition.on", "the node after each end", _ANSWERED),
    Key("branch.branch", "the cases, the first that holds wins", _FIRST),
    Key("branch.branch[].when", "the rule of a case", _FIRST),
    Key("branch.branch[].next", "where it leads", _FIRST),
    Key("branch.else", "where it goes on if no case holds", _OTHERWISE),
    Key("branch.rounds", "how often a run may come here", _USED_UP),
    Key("branch.exhausted", "where it goes on when the rounds are used up", _USED_UP),
    Key("end.end", "the run is over", _WALKED),
)
"""The keys of a workflow, and of each kind of node. What a run does with them is tested there."""

NOT_YET = frozenset({"learning", "sensitive", "retention_days", "stakes_class"})
"""Keys of a gate that are refused because nothing enforces them yet."""

TOP = frozenset({"gates", "workflows"})


def keys_of(section: str) -> frozenset[str]:
    """The keys of a section such as `triggers` or `context[]`; "" is the gate itself, `workflow` a
    workflow, and each kind of node is a section too.
    """
    every = (*KEYS, *WORKFLOW_KEYS)
    return frozenset(key.name.rpartition(".")[2] for key in every if key.section == section)
