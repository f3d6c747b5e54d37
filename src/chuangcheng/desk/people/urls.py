"""Addresses of pages of units, persons and sponsorship."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.people import persons, sponsorship_moves, sponsorships, structure, unit_moves, units

urlpatterns = [
    path("sponsorships/", sponsorships.sponsorship_list, name="sponsorships"),
    path("sponsorships/cover/", sponsorships.cover, name="sponsorship_cover"),
    path("sponsorships/cover/map/", sponsorships.map_content, name="sponsorship_map"),
    path("sponsorships/gaps/<slug:kind>/", sponsorships.gaps, name="sponsor_gaps"),
    path("sponsorships/new/", sponsorship_moves.sponsorship_new, name="sponsorship_new"),
    path("sponsorships/<uuid:sponsorship_id>/", sponsorships.sponsorship_page, name="sponsorship"),
    path("sponsorships/<uuid:sponsorship_id>/end/", sponsorship_moves.sponsorship_end, name="sponsorship_end"),
    path("units/", units.unit_list, name="units"),
    path("units/workbook/", unit_moves.unit_book, name="unit_book"),
    path("units/new/", unit_moves.unit_new, name="unit_new"),
    path("units/structure/", structure.chart, name="structure"),
    path("units/responsible/<slug:by>/", structure.responsible, name="responsible"),
    path("units/<uuid:unit_id>/", units.unit_page, name="unit"),
    path("units/<uuid:unit_id>/edit/", unit_moves.unit_edit, name="unit_edit"),
    path("units/<uuid:unit_id>/charges/", unit_moves.unit_charges, name="unit_charges"),
    path("units/<uuid:unit_id>/mirror/", structure.mirror, name="unit_mirror"),
    path("units/persons/", persons.person_list, name="persons"),
    path("units/persons/<uuid:person_id>/", persons.person_page, name="person"),
    path("units/persons/<uuid:person_id>/hand-over/", persons.hand_over, name="person_hand_over"),
    path("units/persons/<uuid:person_id>/retire/", persons.retire, name="person_retire"),
]
