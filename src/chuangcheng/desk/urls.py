"""Addresses of the staff desk."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk import (
    board,
    cases,
    files,
    framework,
    indicators,
    notices,
    records,
    reports,
    scores,
    sites,
    units,
    visits,
    weeklies,
)
from chuangcheng.desk.case_moves import case_move
from chuangcheng.desk.home import today
from chuangcheng.desk.report_moves import conditions, report_move

app_name = "desk"
urlpatterns = [
    path("", today, name="home"),
    path("notices/<uuid:notice_id>/", notices.open_notice, name="notice"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/conditions/", conditions, name="conditions"),
    path("reports/<uuid:report_id>/", reports.report_page, name="report"),
    path("reports/<uuid:report_id>/contact/", reports.contact, name="report_contact"),
    path("reports/<uuid:report_id>/moves/<slug:name>/", report_move, name="report_move"),
    path("reports/<uuid:report_id>/photos/<uuid:photo_id>/", files.report_photo, name="report_photo"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/board/", board.case_board, name="case_board"),
    path("cases/map/", board.case_map, name="case_map"),
    path("cases/map/content/", board.map_content, name="case_map_content"),
    path("cases/<uuid:case_id>/", cases.case_page, name="case"),
    path("cases/<uuid:case_id>/moves/<slug:name>/", case_move, name="case_move"),
    path("cases/<uuid:case_id>/photos/<uuid:photo_id>/", files.case_photo, name="case_photo"),
    path("cases/<uuid:case_id>/checks/<uuid:check_id>/<uuid:photo_id>/", files.evidence, name="evidence"),
    path("checks/<uuid:check_id>/photos/<uuid:photo_id>/", files.check_photo, name="check_photo"),
    path("sites/", sites.site_list, name="sites"),
    path("sites/map/", sites.site_map, name="site_map"),
    path("sites/map/content/", sites.map_content, name="site_map_content"),
    path("sites/<uuid:site_id>/", sites.site_page, name="site"),
    path("visits/", visits.visit_list, name="visits"),
    path("visits/<uuid:visit_id>/", visits.visit_page, name="visit"),
    path("visits/<uuid:visit_id>/moves/<slug:name>/", visits.visit_move, name="visit_move"),
    path("framework/", framework.tree, name="framework"),
    path("framework/kinds/", framework.kinds, name="kinds"),
    path("framework/kinds/<slug:code>/", framework.kind_page, name="kind"),
    path("framework/standards/<uuid:standard_id>/", framework.standard_page, name="standard"),
    path("indicators/", indicators.indicator_list, name="indicators"),
    path("indicators/<str:code>/", indicators.indicator_page, name="indicator"),
    path("scores/", scores.overview, name="scores"),
    path("scores/units/", scores.units, name="score_units"),
    path("scores/standards/<str:code>/", scores.score_page, name="score"),
    path("league/", scores.league, name="league"),
    path("league/<slug:code>/<slug:part>/", scores.league_row, name="league_row"),
    path("weeklies/", weeklies.weekly_list, name="weeklies"),
    path("weeklies/assemble/", weeklies.assemble, name="weekly_assemble"),
    path("weeklies/<uuid:weekly_id>/", weeklies.weekly_page, name="weekly"),
    path("weeklies/<uuid:weekly_id>/file/<slug:kind>/", weeklies.weekly_file, name="weekly_file"),
    path("weeklies/<uuid:weekly_id>/note/", weeklies.note, name="weekly_note"),
    path("weeklies/<uuid:weekly_id>/issue/", weeklies.issue, name="weekly_issue"),
    path("units/", units.unit_list, name="units"),
    path("units/<uuid:unit_id>/", units.unit_page, name="unit"),
    path("places/", units.division_page, name="places"),
    path("history/", records.history_list, name="history"),
    path("notices/failed/", records.failed_notices, name="notices_failed"),
]
