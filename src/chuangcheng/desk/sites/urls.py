"""Addresses of pages of the registers: sites, compounds, shops, teams."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.sites import (
    compound_moves,
    compounds,
    deliberation_moves,
    deliberations,
    pages,
    registers,
    shop_moves,
    shops,
    teams,
)

urlpatterns = [
    path("sites/", pages.site_list, name="sites"),
    path("sites/map/", pages.site_map, name="site_map"),
    path("sites/map/content/", pages.map_content, name="site_map_content"),
    path("sites/<uuid:site_id>/", pages.site_page, name="site"),
    path("compounds/", compounds.compound_list, name="compounds"),
    path("compounds/map/", compounds.compound_map, name="compound_map"),
    path("compounds/map/content/", compounds.map_content, name="compound_map_content"),
    path("compounds/new/", compound_moves.compound_new, name="compound_new"),
    path("compounds/<uuid:compound_id>/", compounds.compound_page, name="compound"),
    path("compounds/<uuid:compound_id>/spot/", compounds.spot, name="compound_spot"),
    path("compounds/<uuid:compound_id>/contact/", compounds.contact, name="compound_contact"),
    path("compounds/<uuid:compound_id>/edit/", compound_moves.compound_edit, name="compound_edit"),
    path("compounds/<uuid:compound_id>/grade/", compound_moves.compound_grade, name="compound_grade"),
    path("compounds/<uuid:compound_id>/moves/<slug:name>/", compound_moves.compound_move, name="compound_move"),
    path(
        "compounds/<uuid:compound_id>/deliberations/new/", deliberation_moves.deliberation_new, name="deliberation_new"
    ),
    path("deliberations/", deliberations.deliberation_list, name="deliberations"),
    path("deliberations/<uuid:deliberation_id>/", deliberations.deliberation_page, name="deliberation"),
    path("deliberations/<uuid:deliberation_id>/notice/", deliberations.notice_print, name="deliberation_print"),
    path(
        "deliberations/<uuid:deliberation_id>/moves/<slug:name>/",
        deliberation_moves.deliberation_move,
        name="deliberation_move",
    ),
    path("deliberations/<uuid:deliberation_id>/sign/<slug:party>/", deliberation_moves.sign, name="deliberation_sign"),
    path("deliberations/items/<uuid:item_id>/vote/", deliberation_moves.vote, name="agenda_vote"),
    path("deliberations/items/<uuid:item_id>/work/<slug:name>/", deliberation_moves.item_work, name="agenda_work"),
    path(
        "deliberations/items/<uuid:owner_id>/photos/<uuid:photo_id>/", deliberations.agenda_photo, name="agenda_photo"
    ),
    path(
        "deliberations/seats/<uuid:owner_id>/photos/<uuid:photo_id>/",
        deliberations.signature_photo,
        name="signature_photo",
    ),
    path("deliberations/objections/<uuid:objection_id>/answer/", deliberation_moves.answer, name="objection_answer"),
    path("shops/", shops.shop_list, name="shops"),
    path("shops/new/", shop_moves.shop_new, name="shop_new"),
    path("shops/codes/", shops.shop_codes, name="shop_codes"),
    path("shops/league/", shops.shop_league, name="shop_league"),
    path("shops/rectifications/", shop_moves.rectification_list, name="rectifications"),
    path("shops/rectifications/<uuid:rectification_id>/print/", shop_moves.notice_print, name="rectification_print"),
    path(
        "shops/rectifications/<uuid:rectification_id>/moves/<slug:name>/",
        shop_moves.rectification_move,
        name="rectification_move",
    ),
    path("shops/checks/<uuid:check_id>/remind/", shop_moves.remind, name="shop_remind"),
    path("shops/checks/<uuid:owner_id>/photos/<uuid:photo_id>/", shops.shop_photo, name="shop_photo"),
    path("shops/<uuid:shop_id>/", shops.shop_page, name="shop"),
    path("shops/<uuid:shop_id>/edit/", shop_moves.shop_edit, name="shop_edit"),
    path("shops/<uuid:shop_id>/code/<slug:kind>/", shops.shop_code, name="shop_code"),
    path("shops/<uuid:shop_id>/moves/<slug:name>/", shop_moves.shop_move, name="shop_move"),
    path("teams/", teams.team_list, name="teams"),
    path("teams/new/", teams.team_new, name="team_new"),
    path("teams/<uuid:team_id>/", teams.team_page, name="team"),
    path("teams/<uuid:team_id>/moves/<slug:name>/", teams.team_move, name="team_move"),
    path("registers/<slug:kind>/import/", registers.register_import, name="register_import"),
    path("registers/<slug:kind>/template/", registers.register_template, name="register_template"),
]
