"""Every key of a gate: what it means, and the test that fails when nothing enforces it any more.

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
        "gate: nothing passes before it is decided",
        f"{_FILE}::test_what_is_not_built_yet_is_refused",
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

NOT_YET = frozenset({"learning", "sensitive", "retention_days", "stakes_class"})
"""Keys of a gate that are refused because nothing enforces them yet."""

TOP = frozenset({"gates"})
TOP_NOT_YET = frozenset({"workflows"})


def keys_of(section: str) -> frozenset[str]:
    """The keys of a section such as `triggers` or `context[]`; "" is the gate itself."""
    return frozenset(key.name.rpartition(".")[2] for key in KEYS if key.section == section)
