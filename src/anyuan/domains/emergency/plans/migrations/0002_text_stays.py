"""The text of a version changes only while it is a draft: the database refuses it afterwards.

Only the unit may follow a school whose key changes.
"""

from django.db import migrations

TABLES = ("plans_plansection", "plans_planrole", "plans_planlevel", "plans_plancard")
FUNCTION = """
CREATE FUNCTION plans_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  SELECT state INTO held FROM plans_planversion
  WHERE record_id = CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
  IF held IS DISTINCT FROM 'draft' THEN
    RAISE EXCEPTION 'the text of a submitted plan stays as it is'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION plans_text_stays()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER text_stays BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION plans_text_stays()",
                f"DROP TRIGGER text_stays ON {table}",
            )
            for table in TABLES
        ),
    ]
