"""Addresses of pages of documents and trainings."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.library import moves, pages, training_moves, trainings

urlpatterns = [
    path("library/", pages.document_list, name="documents"),
    path("library/new/", moves.document_new, name="document_new"),
    path("library/<uuid:document_id>/", pages.document_page, name="document"),
    path("library/<uuid:document_id>/compare/", pages.compare_versions, name="document_compare"),
    path("library/<uuid:document_id>/moves/<slug:name>/", moves.document_move, name="document_move"),
    path("library/files/<uuid:version_id>/", pages.document_file, name="document_file"),
    path("library/trainings/", trainings.training_list, name="trainings"),
    path("library/trainings/new/", training_moves.training_new, name="training_new"),
    path("library/trainings/figures/", trainings.training_figures, name="training_figures"),
    path("library/trainings/<uuid:training_id>/", trainings.training_page, name="training"),
    path("library/trainings/<uuid:training_id>/code/", trainings.training_code, name="training_code"),
    path("library/trainings/<uuid:training_id>/moves/<slug:name>/", training_moves.training_move, name="training_move"),
]
