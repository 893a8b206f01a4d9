from django.urls import path

from anyuan.domains.emergency.drills import views

app_name = "emergency"
urlpatterns = [
    path("", views.drill_list, name="drills"),
    path("new/", views.drill_new, name="new"),
    path("plan/", views.drill_plan, name="plan"),
    path("<uuid:pk>/", views.drill_detail, name="drill"),
    path("<uuid:pk>/end/", views.drill_end, name="end"),
]
