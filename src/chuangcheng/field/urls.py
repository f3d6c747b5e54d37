"""Addresses of the pages for phones of grid workers and inspectors."""

from __future__ import annotations

from django.urls import path

from chuangcheng.field import quickfixes, rechecks, reporting, shops, tasks, trainings, verifying, visits

app_name = "field"
urlpatterns = [
    path("", tasks.home, name="home"),
    path("report/", reporting.report, name="report"),
    path("reports/<uuid:report_id>/confirm/", tasks.confirm, name="confirm"),
    path("verify/", verifying.shell, name="verifying"),
    path("verify/list", verifying.listed, name="verifying_list"),
    path("cases/<uuid:case_id>/verdicts", verifying.take_in, name="verdicts"),
    path(
        "cases/<uuid:case_id>/verdicts/<uuid:verdict_id>/photos/<str:sha256>", verifying.put_photo, name="verdict_photo"
    ),
    path("cases/<uuid:case_id>/", tasks.case, name="case"),
    path("cases/<uuid:case_id>/verify/", tasks.verify, name="verify"),
    path("cases/<uuid:case_id>/rework/", tasks.rework, name="rework"),
    path("shops/", shops.choose, name="shops"),
    path("shops/<uuid:shop_id>/", shops.check, name="shop"),
    path("trainings/<str:code>/", trainings.sign, name="training_sign"),
    path("quickfix/", quickfixes.quickfix, name="quickfix"),
    path("quickfixes", quickfixes.take_in, name="quickfixes"),
    path("quickfixes/<uuid:fix_id>/photos/<str:sha256>", quickfixes.put_photo, name="quickfix_photo"),
    path("looks/<uuid:fix_id>/", quickfixes.look, name="look"),
    path("rechecks/", rechecks.waiting, name="rechecks"),
    path("rechecks/<uuid:recheck_id>/", rechecks.recheck, name="recheck"),
    path("sites/", visits.choose, name="sites"),
    path("sites/<uuid:site_id>/", visits.start, name="start"),
    path("visits/<uuid:visit_id>/", visits.walk, name="visit"),
    path("visits/<uuid:visit_id>/finish/", visits.finish, name="finish"),
    path("visits/<uuid:visit_id>/abandon/", visits.abandon, name="abandon"),
    path("visits/<uuid:visit_id>/items/<str:code>/", visits.check, name="check"),
]
