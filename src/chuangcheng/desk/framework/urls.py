"""Addresses of pages of editions, duties and their matrix."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.framework import coverage, decrees, editions, matrix, matrix_moves, pages, uploads

urlpatterns = [
    path("framework/", pages.tree, name="framework"),
    path("framework/editions/", editions.edition_list, name="editions"),
    path("framework/editions/upload/", uploads.take_in, name="upload_new"),
    path("framework/editions/upload/<uuid:upload_id>/", uploads.upload_page, name="upload"),
    path("framework/editions/upload/<uuid:upload_id>/end/", uploads.upload_end, name="upload_end"),
    path("framework/editions/template/", editions.template_file, name="edition_template"),
    path("framework/editions/<uuid:edition_id>/", pages.edition_page, name="edition"),
    path("framework/editions/<uuid:edition_id>/file/", editions.edition_file, name="edition_file"),
    path("framework/editions/<uuid:edition_id>/compare/", editions.compare_to, name="edition_compare"),
    path("framework/editions/<uuid:edition_id>/moves/<slug:name>/", editions.edition_move, name="edition_move"),
    path("framework/editions/<uuid:old_id>/to/<uuid:edition_id>/", editions.diff_page, name="edition_diff"),
    path("framework/editions/<uuid:old_id>/to/<uuid:edition_id>/carry/", editions.carry, name="edition_carry"),
    path("split/coverage/", coverage.coverage_page, name="coverage"),
    path("split/", matrix.matrix_page, name="matrix"),
    path("split/<uuid:edition_id>/cell/", matrix.matrix_cell, name="matrix_cell"),
    path("split/<uuid:edition_id>/file/", matrix.matrix_file, name="matrix_file"),
    path("split/<uuid:edition_id>/upload/", matrix_moves.upload, name="matrix_upload"),
    path("split/<uuid:edition_id>/tools/", matrix_moves.tools, name="matrix_tools"),
    path("split/<uuid:edition_id>/names/", matrix_moves.names, name="matrix_names"),
    path("split/<uuid:edition_id>/roles/", matrix_moves.by_role, name="matrix_role"),
    path("split/<uuid:edition_id>/dates/", matrix_moves.set_plan, name="matrix_dates"),
    path("split/<uuid:edition_id>/templates/", matrix_moves.template_move, name="matrix_template"),
    path("split/<uuid:edition_id>/plan/<slug:how>/", matrix_moves.plan, name="matrix_plan"),
    path("split/<uuid:edition_id>/decree/", decrees.decree_page, name="decree"),
    path("split/<uuid:edition_id>/decree/<slug:kind>/", decrees.decree_file, name="decree_file"),
    path("split/units/<uuid:unit_id>/", decrees.duty_sheet, name="duty_sheet"),
    path("split/units/<uuid:unit_id>/<slug:kind>/", decrees.duty_sheet_file, name="duty_sheet_file"),
    path("split/changes/<uuid:batch_id>/", matrix_moves.batch_page, name="matrix_batch"),
    path("split/changes/<uuid:batch_id>/undo-to/", matrix_moves.undo_to, name="matrix_undo_to"),
    path("split/changes/<uuid:batch_id>/undo/", matrix.matrix_undo, name="matrix_undo"),
    path("split/changes/<uuid:batch_id>/moves/<slug:name>/", matrix_moves.batch_move, name="matrix_move"),
    path("framework/kinds/", pages.kinds, name="kinds"),
    path("framework/kinds/<slug:code>/", pages.kind_page, name="kind"),
    path("framework/standards/<uuid:standard_id>/", pages.standard_page, name="standard"),
]
