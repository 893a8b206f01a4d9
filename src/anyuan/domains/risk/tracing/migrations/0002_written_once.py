"""Evidence is written once: the database refuses to change or delete it, for every role."""

from django.db import migrations

from anyuan.core.chain import written_once


class Migration(migrations.Migration):
    dependencies = [("tracing", "0001_initial")]
    operations = written_once("tracing", "tracing_item", "tracing_itemfile")
