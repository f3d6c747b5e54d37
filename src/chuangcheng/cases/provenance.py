"""Where a report that was entered on somebody's behalf had stood before: which paper, which day, which link."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.report import Report


class Provenance(models.Model):
    """Beside the report, which keeps what was seen. Free words that can be erased: history holds none of them."""

    report = models.OneToOneField(Report, models.CASCADE, primary_key=True, related_name="provenance")
    medium = models.CharField(max_length=60, blank=True)  # the paper, station or account
    published_on = models.DateField(null=True, blank=True)
    link = models.CharField(max_length=500, blank=True)
