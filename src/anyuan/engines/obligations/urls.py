from django.urls import path

from anyuan.engines.obligations import filing_views, policy_views, views

app_name = "obligations"
urlpatterns = [
    path("", views.duty_list, name="list"),
    path("waive/", views.waive_many, name="waive_many"),
    path("<int:pk>/", views.duty, name="duty"),
    path("<int:pk>/waive", views.waive, name="waive"),
    path("<int:pk>/unwaive", views.unwaive, name="unwaive"),
    path("filings/", filing_views.filing_list, name="filings"),
    path("filings/new", filing_views.filing_new, name="filing_new"),
    path("filings/<uuid:pk>/", filing_views.filing, name="filing"),
    path("filings/<uuid:pk>/edit", filing_views.filing_edit, name="filing_edit"),
    path("filings/<uuid:pk>/withdraw", filing_views.filing_withdraw, name="filing_withdraw"),
    path("policy/", policy_views.policy, name="policy"),
    path("policy/rules/<int:pk>/switch", policy_views.rule_switch, name="rule_switch"),
    path("policy/draft/", policy_views.draft_start, name="draft_start"),
    path("policy/draft/edit", policy_views.draft_edit, name="draft_edit"),
]
