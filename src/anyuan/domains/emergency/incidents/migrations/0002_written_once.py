"""Lines of the timeline, reports and receipts are written once: the database refuses to change or delete them.

The trigger holds for every role. Only the unit may follow a school that moves or is merged.
"""

from django.db import migrations

TABLES = ("incidents_entry", "incidents_report", "incidents_receipt")
FUNCTION = """
CREATE FUNCTION incidents_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def triggers() -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION incidents_written_once()",
            f"DROP TRIGGER written_once ON {table}",
        )
        for table in TABLES
    ]


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION incidents_written_once()"),
        *triggers(),
    ]
