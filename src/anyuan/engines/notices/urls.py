from django.urls import path

from anyuan.engines.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("bell", views.bell, name="bell"),
    path("read", views.mark_read, name="mark_read"),
    path("files/", views.upload, name="upload"),
    path("files/<uuid:pk>/small", views.small_photo, name="small_photo"),
    path("records/<uuid:pk>/comments", views.comment, name="comment"),
    path("<uuid:pk>/open", views.open_message, name="open"),
]
