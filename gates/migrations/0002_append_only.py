"""The audit trail is append-only: the database itself refuses to change it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = [
    "CREATE TRIGGER gates_event_no_{name} BEFORE {verb} ON gates_event "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END".format(name=verb.lower(), verb=verb)
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    "CREATE FUNCTION gates_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    *(
        f"CREATE TRIGGER gates_event_no_{verb.lower()} BEFORE {verb} ON gates_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION gates_event_refuse()"
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    ),
]


def add_triggers(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers of the database at hand."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_triggers(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo add_triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION gates_event_refuse() CASCADE")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER gates_event_no_{verb}")


class Migration(migrations.Migration):
    """Triggers on both databases."""

    dependencies = [("gates", "0001_initial")]
    operations = [migrations.RunPython(add_triggers, drop_triggers)]
