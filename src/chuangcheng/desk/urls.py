"""Addresses of the staff desk."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk import board, case_moves, cases, files, home, notices, report_moves, reports

app_name = "desk"
urlpatterns = [
    path("", home.today, name="home"),
    path("notices/<uuid:notice_id>/", notices.open_notice, name="notice"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/<uuid:report_id>/", reports.report_page, name="report"),
    path("reports/<uuid:report_id>/contact/", reports.contact, name="report_contact"),
    path("reports/<uuid:report_id>/moves/<slug:name>/", report_moves.report_move, name="report_move"),
    path("reports/<uuid:report_id>/photos/<uuid:photo_id>/", files.report_photo, name="report_photo"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/board/", board.case_board, name="case_board"),
    path("cases/map/", board.case_map, name="case_map"),
    path("cases/map/content/", board.map_content, name="case_map_content"),
    path("cases/<uuid:case_id>/", cases.case_page, name="case"),
    path("cases/<uuid:case_id>/moves/<slug:name>/", case_moves.case_move, name="case_move"),
    path("cases/<uuid:case_id>/photos/<uuid:photo_id>/", files.case_photo, name="case_photo"),
]
