from django.urls import path

from anyuan.domains.emergency.alerts import own_views, views

app_name = "alerts"
urlpatterns = [
    path("", views.alert_list, name="list"),
    path("new/", views.alert_new, name="new"),
    path("banner", own_views.banner, name="banner"),
    path("<uuid:pk>/", views.alert_detail, name="detail"),
    path("<uuid:pk>/going", views.alert_going, name="going"),
    path("<uuid:pk>/correct/", views.alert_correct, name="correct"),
    path("<uuid:pk>/act/<slug:step>", views.alert_act, name="act"),
    path("<uuid:pk>/mine/", own_views.mine, name="mine"),
    path("<uuid:pk>/seen", own_views.seen, name="seen"),
    path("<uuid:pk>/result.<slug:kind>", views.alert_result, name="result"),
]
