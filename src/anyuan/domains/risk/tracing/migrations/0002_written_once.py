"""Evidence is written once: the database refuses to change or delete it, for every role.

Only the unit may follow an office whose key changes.
"""

from django.db import migrations

TABLES = ("tracing_item", "tracing_itemfile")
FUNCTION = """
CREATE FUNCTION tracing_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tracing", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tracing_written_once()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION tracing_written_once()",
                f"DROP TRIGGER written_once ON {table}",
            )
            for table in TABLES
        ),
    ]
