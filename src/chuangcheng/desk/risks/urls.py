"""Addresses of pages of risks, lists of laggards and sanctions."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.risks import laggards, moves, pages, rule_setting, sanctions, watch_rules

urlpatterns = [
    path("risks/", pages.risk_board, name="risk_board"),
    path("risks/map/", pages.risk_map, name="risk_map"),
    path("risks/ledger/", pages.risk_list, name="risks"),
    path("risks/new/", moves.risk_new, name="risk_new"),
    path("risks/<uuid:risk_id>/", pages.risk_page, name="risk"),
    path("risks/<uuid:risk_id>/moves/<slug:name>/", moves.risk_move, name="risk_move"),
    path("risks/rules/", watch_rules.rule_list, name="watch_rules"),
    path("risks/rules/<slug:code>/", watch_rules.rule_trial, name="watch_trial"),
    path("risks/rules/<slug:code>/set/", rule_setting.rule_edit, name="watch_edit"),
    path("risks/rulebook/", rule_setting.versions, name="rulebook"),
    path("risks/rulebook/file/", rule_setting.rules_file, name="rules_file"),
    path("risks/rulebook/import/", rule_setting.rules_import, name="rules_import"),
    path("risks/rulebook/<uuid:book_id>/back/", rule_setting.put_back, name="rules_back"),
    path("risks/lists/", laggards.laggard_lists, name="laggards"),
    path("risks/lists/new/", laggards.laggard_new, name="laggard_new"),
    path("risks/lists/<uuid:list_id>/", laggards.laggard_list, name="laggard_list"),
    path("risks/lists/<uuid:list_id>/file/<slug:kind>/", laggards.laggard_file, name="laggard_file"),
    path("risks/lists/<uuid:list_id>/moves/<slug:name>/", laggards.laggard_list_move, name="laggard_list_move"),
    path("risks/lists/lines/<uuid:laggard_id>/moves/<slug:name>/", laggards.laggard_move, name="laggard_move"),
    path("risks/sanctions/", sanctions.sanction_list, name="sanctions"),
    path("risks/sanctions/new/", sanctions.sanction_new, name="sanction_new"),
    path("risks/sanctions/<uuid:sanction_id>/", sanctions.sanction_page, name="sanction"),
    path("risks/sanctions/<uuid:sanction_id>/moves/<slug:name>/", sanctions.sanction_move, name="sanction_move"),
    path("risks/sanctions/<uuid:sanction_id>/paper/", sanctions.sanction_paper, name="sanction_paper"),
    path("risks/sanctions/<uuid:sanction_id>/photos/<uuid:photo_id>/", sanctions.sanction_photo, name="sanction_photo"),
]
