"""Addresses of pages of campaigns and attainment drives."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.campaigns import drive_moves, drives, moves, pages, sub_actions

urlpatterns = [
    path("campaigns/", pages.campaign_list, name="campaigns"),
    path("campaigns/new/", moves.campaign_new, name="campaign_new"),
    path("campaigns/map/content/", pages.map_content, name="campaign_map_content"),
    path("campaigns/<uuid:campaign_id>/", pages.campaign_page, name="campaign"),
    path("campaigns/<uuid:campaign_id>/moves/<slug:name>/", moves.campaign_move, name="campaign_move"),
    path("campaigns/<uuid:campaign_id>/subactions/new/", sub_actions.sub_new, name="subaction_new"),
    path("campaigns/<uuid:campaign_id>/subactions/import/", sub_actions.sub_import, name="subaction_import"),
    path("campaigns/targets/<uuid:target_id>/", moves.target_edit, name="target_edit"),
    path("campaigns/targets/<uuid:target_id>/drop/", moves.target_drop, name="target_drop"),
    path("campaigns/targets/<uuid:target_id>/reading/", moves.reading_new, name="reading_new"),
    path("campaigns/readings/<uuid:reading_id>/paper/", pages.reading_paper, name="reading_paper"),
    path("campaigns/readings/<uuid:reading_id>/<uuid:photo_id>/", pages.reading_photo, name="reading_photo"),
    path("campaigns/money/<uuid:entry_id>/back/", moves.money_back, name="money_back"),
    path("drives/", drives.drive_list, name="drives"),
    path("drives/new/", drive_moves.drive_new, name="drive_new"),
    path("drives/template/<slug:kind>/", drive_moves.drive_template, name="drive_template"),
    path("drives/places/", drives.place_list, name="drive_places"),
    path("drives/places/<uuid:place_id>/", drives.place_page, name="drive_place"),
    path("drives/places/<uuid:place_id>/moves/<slug:name>/", drive_moves.place_move, name="drive_place_move"),
    path("drives/gaps/", drives.gap_list, name="drive_gaps"),
    path("drives/gaps/<uuid:gap_id>/moves/<slug:name>/", drive_moves.gap_move, name="gap_move"),
    path("drives/gaps/<uuid:gap_id>/photos/<uuid:photo_id>/", drives.gap_photo, name="gap_photo"),
    path("drives/<uuid:drive_id>/", drives.drive_page, name="drive"),
    path("drives/<uuid:drive_id>/map/", drives.map_content, name="drive_map_content"),
    path("drives/<uuid:drive_id>/moves/<slug:name>/", drive_moves.drive_move, name="drive_move"),
    path("drives/<uuid:drive_id>/import/<slug:kind>/", drive_moves.drive_import, name="drive_import"),
    path("subactions/", sub_actions.sub_list, name="subactions"),
    path("subactions/map/", sub_actions.sub_map, name="subaction_map"),
    path("subactions/template/", sub_actions.sub_template, name="subaction_template"),
    path("subactions/<uuid:sub_action_id>/", sub_actions.sub_page, name="subaction"),
    path("subactions/<uuid:sub_action_id>/moves/<slug:name>/", sub_actions.sub_move, name="subaction_move"),
]
