"""Who gets in besides people with passwords: tokens of the API, and which posts need a second factor."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anyuan.core.forms import dress, show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.org.actor import Actor, visible
from anyuan.org.middleware import AuthedRequest, mfa_roles, signed_in
from anyuan.org.models import ApiToken, Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import LABELS, Permission, Role
from anyuan.org.services import demand_second_factor
from anyuan.org.tokens import LONGEST, grantable, issue_token, revoke_token


class TokenForm(forms.Form):
    """What a token is for, what it may do, until when."""

    name = forms.CharField(label=gettext_lazy("用途"), max_length=60)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("可以做什么"), widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=gettext_lazy("有效期至"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("最长一年。到期后自动失效。"),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = set(grantable(by))
        self.fields["permissions"].choices = [  # type: ignore[attr-defined]
            (one, label) for one, label in LABELS.items() if one in may
        ]
        dress(self)


@require_http_methods(["GET", "POST"])
@signed_in
def tokens(request: AuthedRequest) -> HttpResponse:
    """The unit's tokens; issuing one shows its text once."""
    if not request.actor.may(Permission.TOKEN_MANAGE):
        raise Forbidden(_("您的岗位不能管理接口令牌。"))
    unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    soon = timezone.localdate() + datetime.timedelta(days=min(180, LONGEST.days))
    form = TokenForm(request.POST or None, by=request.actor, initial={"expires_on": soon})
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = issue_token(unit, by=request.actor, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            form = TokenForm(by=request.actor, initial={"expires_on": soon})
    rows = visible(ApiToken, request.actor).select_related("unit", "issued_by", "person")
    context = {
        "unit": unit,
        "form": form,
        "secret": secret,
        "rows": rows.order_by("revoked_at", "-issued_at")[:100],
        "today": timezone.localdate(),
    }
    answer = render(request, "org/tokens.html", context, status=422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@signed_in
def token_revoke(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """End a token at once."""
    revoke_token(get_visible(ApiToken, request.actor, pk=pk), by=request.actor)
    messages.success(request, _("令牌已收回，立即失效。"))
    return redirect("org:tokens")


@require_http_methods(["GET", "POST"])
@signed_in
def second_factor(request: AuthedRequest) -> HttpResponse:
    """Which posts must sign in with a second factor."""
    unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    if request.method == "POST":
        demand_second_factor(unit, by=request.actor, roles=request.POST.getlist("roles"))
        messages.success(request, _("已保存。这些岗位的人员下次打开页面时会被要求设置两步验证。"))
        return redirect("org:second_factor")
    if not request.actor.may(Permission.PERSON_MANAGE) or unit.kind != Unit.Kind.CITY:
        raise Forbidden(_("只有市教育局可以设置登录安全。"))
    chosen = mfa_roles()
    roles = [(role, label, role in chosen) for role, label in Role.choices]
    return render(request, "org/second_factor.html", {"roles": roles})
