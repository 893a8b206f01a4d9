"""Gradings are written once: the database refuses to change or delete them.

The trigger holds for every role. Only the unit may follow a school that moves or is merged with another.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION risk_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION risk_written_once()"),
        migrations.RunSQL(
            "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON risk_riskgrading"
            " FOR EACH ROW EXECUTE FUNCTION risk_written_once()",
            "DROP TRIGGER written_once ON risk_riskgrading",
        ),
    ]
