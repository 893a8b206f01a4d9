"""Texts, signatures and versions of lists are written once: the database refuses to change or delete them."""

from django.db import migrations

from anyuan.core.chain import written_once


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]
    operations = [
        *written_once(
            "duties", "duties_lettertext", "duties_signature", "duties_dutyversion", "duties_dutyitem"
        )
    ]
