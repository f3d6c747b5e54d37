"""Addresses of pages of tasks and ledgers."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.tasks import grid, ledger, moves, pages, petitions, schedule

urlpatterns = [
    path("tasks/", pages.task_list, name="tasks"),
    path("debts/", pages.debt_list, name="task_debts"),
    path("tasks/petitions/", petitions.petition_list, name="petitions"),
    path("tasks/petitions/units/", petitions.petition_units, name="petition_units"),
    path("tasks/workbook/", ledger.ledger_out, name="ledger_out"),
    path("ledgers/", ledger.ledger_in, name="ledger_in"),
    path("ledgers/<uuid:return_id>/", ledger.ledger_return, name="ledger_return"),
    path("tasks/timeline/", schedule.timeline, name="task_timeline"),
    path("tasks/calendar/", schedule.calendar, name="task_calendar"),
    path("tasks/grid/", grid.task_grid, name="task_grid"),
    path("tasks/grid/rows/", grid.task_grid_rows, name="task_grid_rows"),
    path("tasks/grid/save/", grid.task_grid_save, name="task_grid_save"),
    path("tasks/new/", moves.task_new, name="task_new"),
    path("tasks/<uuid:task_id>/", pages.task_page, name="task"),
    path("tasks/<uuid:task_id>/moves/<slug:name>/", moves.task_move, name="task_move"),
    path("tasks/photos/<uuid:entry_id>/<uuid:photo_id>/", pages.task_photo, name="task_photo"),
]
