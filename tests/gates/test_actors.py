"""Who acts, as the audit trail keeps it."""

from gates import actors


def test_a_person_is_known_by_his_username_and_id() -> None:
    ann = actors.person(4, "ann")
    assert (ann.label, ann.user_id, ann.key_id) == ("user:ann", 4, None)
    assert (ann.username, ann.plain_id) == ("ann", 4)


def test_a_username_may_look_like_a_label() -> None:
    assert actors.person(4, "user:ann").username == "user:ann"


def test_an_integrator_has_no_username_and_its_keys_id() -> None:
    agent = actors.integrator(9, "agent")
    assert (agent.label, agent.user_id, agent.key_id) == ("key:agent", None, 9)
    assert (agent.username, agent.plain_id) == ("", 9)


def test_a_key_named_like_a_person_is_no_person() -> None:
    assert actors.integrator(9, "user:ann").username == ""


def test_a_command_is_neither_person_nor_key() -> None:
    command = actors.command("replay")
    assert (command.label, command.plain_id, command.username) == ("command:replay", None, "")


def test_gatehouse_itself_acts_without_an_id() -> None:
    for actor in (actors.CLOCK, actors.POLICY, actors.OUTSIDE):
        assert (actor.plain_id, actor.username) == (None, "")
