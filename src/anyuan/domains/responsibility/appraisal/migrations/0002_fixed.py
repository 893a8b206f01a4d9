"""What was published does not change, and what is final not at all: the database refuses, for every role.

Only the unit may follow a school that moves or is merged; an objection that was upheld stands beside the score.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION appraisal_fixed_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT OLD.frozen THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published score does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION appraisal_fixed_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NULL THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.final_at IS NULL AND
     to_jsonb(NEW) - ARRAY['unit_id', 'final_score', 'final_at', 'rank', 'grade'] =
     to_jsonb(OLD) - ARRAY['unit_id', 'final_score', 'final_at', 'rank', 'grade'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published result does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0001_initial")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS, "DROP FUNCTION appraisal_fixed_item(); DROP FUNCTION appraisal_fixed_result()"
        ),
        migrations.RunSQL(
            "CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON appraisal_itemscore"
            " FOR EACH ROW EXECUTE FUNCTION appraisal_fixed_item()",
            "DROP TRIGGER fixed ON appraisal_itemscore",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON appraisal_result"
            " FOR EACH ROW EXECUTE FUNCTION appraisal_fixed_result()",
            "DROP TRIGGER fixed ON appraisal_result",
        ),
    ]
