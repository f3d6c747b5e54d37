"""Addresses of pages of the day, of weekly summaries and reports."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.bulletins import days, summaries, weeklies

urlpatterns = [
    path("day/", days.day_page, name="day"),
    path("day/lines/new/", days.line_new, name="day_line_new"),
    path("day/lines/<uuid:line_id>/drop/", days.line_drop, name="day_line_drop"),
    path("summaries/", summaries.summary_list, name="summaries"),
    path("summaries/week/", summaries.week_page, name="summary_week"),
    path("summaries/week/file/<slug:kind>/", summaries.week_file, name="summary_week_file"),
    path("summaries/silent/", summaries.not_reported, name="summary_silent"),
    path("summaries/assemble/", summaries.assemble, name="summary_assemble"),
    path("summaries/<uuid:summary_id>/", summaries.summary_page, name="summary"),
    path("summaries/<uuid:summary_id>/score/", summaries.score_page, name="summary_score"),
    path("summaries/<uuid:summary_id>/edit/", summaries.edit, name="summary_edit"),
    path("summaries/<uuid:summary_id>/file/<slug:kind>/", summaries.summary_file, name="summary_file"),
    path("weeklies/", weeklies.weekly_list, name="weeklies"),
    path("weeklies/assemble/", weeklies.assemble, name="weekly_assemble"),
    path("weeklies/<uuid:weekly_id>/", weeklies.weekly_page, name="weekly"),
    path("weeklies/<uuid:weekly_id>/file/<slug:kind>/", weeklies.weekly_file, name="weekly_file"),
    path("weeklies/<uuid:weekly_id>/note/", weeklies.note, name="weekly_note"),
    path("weeklies/<uuid:weekly_id>/issue/", weeklies.issue, name="weekly_issue"),
]
