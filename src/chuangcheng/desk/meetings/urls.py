"""Addresses of pages of meetings."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.meetings import moves, pages, quizzes

urlpatterns = [
    path("meetings/", pages.meeting_list, name="meetings"),
    path("meetings/new/", moves.meeting_new, name="meeting_new"),
    path("meetings/calendar/", pages.calendar, name="meeting_calendar"),
    path("meetings/figures/", pages.figures, name="meeting_figures"),
    path("meetings/quiz/template/", quizzes.quiz_template, name="quiz_template"),
    path("meetings/<uuid:meeting_id>/quiz/", quizzes.quiz_page, name="quiz"),
    path("meetings/<uuid:meeting_id>/quiz/import/", quizzes.quiz_import, name="quiz_import"),
    path("meetings/<uuid:meeting_id>/quiz/<slug:name>/", quizzes.quiz_move, name="quiz_move"),
    path("meetings/<uuid:meeting_id>/", pages.meeting_page, name="meeting"),
    path("meetings/<uuid:meeting_id>/file/<slug:kind>/", pages.meeting_file, name="meeting_file"),
    path("meetings/<uuid:meeting_id>/drop/<slug:what>/<uuid:row_id>/", moves.drop, name="meeting_drop"),
    path("meetings/<uuid:meeting_id>/<slug:name>/", moves.meeting_move, name="meeting_move"),
]
