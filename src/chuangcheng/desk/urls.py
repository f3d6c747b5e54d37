"""Addresses of the staff desk: each room's stand beside its pages."""

from __future__ import annotations

from django.urls import include, path

from chuangcheng.desk import files, films, home, jobs, records, saved

app_name = "desk"
ROOMS = (
    "cases", "sites", "framework", "tasks", "meetings", "bulletins", "cycle", "campaigns",
    "indicators", "risks", "scoring", "people", "places", "notices", "library", "patrols",
)  # fmt: skip
urlpatterns = [
    path("", home.today, name="home"),
    path("reports/<uuid:report_id>/photos/<uuid:photo_id>/", files.report_photo, name="report_photo"),
    path("reports/<uuid:report_id>/videos/<uuid:film_id>/", films.report_film, name="report_film"),
    path("complaints/<uuid:report_id>/videos/<uuid:film_id>/", films.complaint_film, name="complaint_film"),
    path("cases/<uuid:case_id>/photos/<uuid:photo_id>/", files.case_photo, name="case_photo"),
    path("cases/<uuid:case_id>/checks/<uuid:check_id>/<uuid:photo_id>/", files.evidence, name="evidence"),
    path("checks/<uuid:check_id>/photos/<uuid:photo_id>/", files.check_photo, name="check_photo"),
    path("orders/<uuid:order_id>/photos/<uuid:photo_id>/", files.order_photo, name="order_photo"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<uuid:job_id>/", jobs.job_page, name="job"),
    path("jobs/<uuid:job_id>/file/", jobs.job_file, name="job_file"),
    path("jobs/<uuid:job_id>/<slug:name>/", jobs.job_move, name="job_move"),
    path("saved/", saved.view_list, name="saved_views"),
    path("saved/save/", saved.save, name="saved_save"),
    path("saved/<uuid:view_id>/", saved.open_view, name="saved_view"),
    path("saved/<uuid:view_id>/count/", saved.count, name="saved_count"),
    path("saved/<uuid:view_id>/<slug:deed>/", saved.change, name="saved_change"),
    path("quickfixes/<uuid:fix_id>/photos/<uuid:photo_id>/", files.quickfix_photo, name="quickfix_photo"),
    path("history/", records.history_list, name="history"),
    *(path("", include(f"chuangcheng.desk.{room}.urls")) for room in ROOMS),
]
