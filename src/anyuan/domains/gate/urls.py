from django.urls import path

from anyuan.domains.gate import day_views, leave_views, pass_views, public, views

app_name = "gate"
urlpatterns = [
    path("", views.home, name="home"),
    path("new/", views.entry_new, name="new"),
    path("book/", views.entry_book, name="book"),
    path("inside/", views.inside, name="inside"),
    path("register/", views.register, name="register"),
    path("register/export/", views.register_export, name="export"),
    path("days/", day_views.days, name="days"),
    path("days/export/", day_views.days_export, name="days_export"),
    path("days/close/", day_views.close, name="close"),
    path("days/<uuid:pk>/", day_views.day, name="day"),
    path("settings/", day_views.settings, name="settings"),
    path("settings/code.pdf", day_views.sheet, name="sheet"),
    path("leaves/", leave_views.leaves, name="leaves"),
    path("leaves/new/", leave_views.leave_new, name="leave_new"),
    path("leaves/<uuid:pk>/", leave_views.leave, name="leave"),
    path("leaves/<uuid:pk>/phone/", leave_views.leave_unseal, name="leave_unseal"),
    path("leaves/<uuid:pk>/<slug:step>/", leave_views.leave_act, name="leave_act"),
    path("passes/", pass_views.passes, name="passes"),
    path("passes/<uuid:pk>/", pass_views.pass_enter, name="pass_enter"),
    path("visit/<str:signed>/", public.book, name="public"),
    path("pass/<str:signed>/", public.show_pass, name="pass"),
    path("<uuid:pk>/", views.entry, name="entry"),
    path("<uuid:pk>/badge.pdf", views.badge, name="badge"),
    path("<uuid:pk>/phone/", views.entry_unseal, name="entry_unseal"),
    path("<uuid:pk>/<slug:step>/", views.entry_act, name="entry_act"),
]
