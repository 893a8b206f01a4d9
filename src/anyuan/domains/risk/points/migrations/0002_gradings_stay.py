"""Gradings are written once: the database refuses to change or delete them, for every role."""

from django.db import migrations

from anyuan.core.chain import written_once


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial")]
    operations = written_once("risk", "risk_riskgrading")
