from django.urls import path

from anyuan.engines.reviews import views

app_name = "reviews"
urlpatterns = [
    path("", views.waiting, name="list"),
    path("<uuid:pk>/sign/", views.sign_review, name="sign"),
    path("<uuid:pk>/return/", views.return_review, name="return"),
    path("<uuid:pk>/withdraw/", views.withdraw_review, name="withdraw"),
    path("<uuid:pk>/comment/", views.comment_new, name="comment"),
    path("comments/<uuid:pk>/settle/", views.comment_settle, name="settle"),
]
