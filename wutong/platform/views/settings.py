"""Settings of the company: organisation, working hours, mail server."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wutong.platform.answers import done, posted
from wutong.platform.audit import record
from wutong.platform.calendar import years_known
from wutong.platform.calendar_settings import change_hours, remove_day, set_day
from wutong.platform.forms.settings import CalendarDayForm, HoursForm, MailForm, OrganisationForm, TestMailForm
from wutong.platform.mail import MailTrouble, SmtpAccount, message_to, save_mail_settings, send_now
from wutong.platform.models import CalendarDay, MailSettings, Organisation, OutgoingMail, WorkingHours
from wutong.platform.organisation import change_organisation
from wutong.platform.permissions import StaffRequest, requires

_form = require_http_methods(["GET", "HEAD", "POST"])


@_form
@requires("organisation.manage")
def organisation(request: StaffRequest) -> HttpResponse:
    form = OrganisationForm(posted(request), instance=Organisation.objects.get())
    if request.method == "POST" and form.is_valid():
        change_organisation(changed=form.instance, by=request.user, at=timezone.now())
        return done(request, reverse("platform:organisation"), _("The organisation is saved."))
    return render(request, "platform/organisation.html", {"form": form}, status=422 if form.is_bound else 200)


@_form
@requires("organisation.manage")
def hours(request: StaffRequest) -> HttpResponse:
    form = HoursForm(posted(request), initial=HoursForm.initial_of(list(WorkingHours.objects.all())))
    if request.method == "POST" and form.is_valid():
        change_hours(week=form.week(), by=request.user, at=timezone.now())
        return done(
            request, reverse("platform:hours"), _("The working hours are saved. Running clocks keep their time.")
        )
    return _draw_hours(request, form, CalendarDayForm())


@require_POST
@requires("organisation.manage")
def add_day(request: StaffRequest) -> HttpResponse:
    form = CalendarDayForm(request.POST)
    if not form.is_valid():
        return _draw_hours(request, HoursForm(initial=HoursForm.initial_of(list(WorkingHours.objects.all()))), form)
    set_day(**form.cleaned_data, by=request.user, at=timezone.now())
    return done(request, reverse("platform:hours"), _("The day is saved."))


@require_POST
@requires("organisation.manage")
def drop_day(request: StaffRequest, on: date) -> HttpResponse:
    remove_day(day=get_object_or_404(CalendarDay, on=on), by=request.user, at=timezone.now())
    return done(request, reverse("platform:hours"), _("That day follows the public calendar again."))


@_form
@sensitive_post_parameters("password")
@requires("mail.manage")
def mail(request: StaffRequest) -> HttpResponse:
    form = MailForm(posted(request), instance=MailSettings.objects.first())
    if request.method == "POST" and form.is_valid():
        save_mail_settings(settings=form.instance, password=form.given_password(), by=request.user, at=timezone.now())
        return done(request, reverse("platform:mail"), _("The mail server is saved. Send a test mail to see it work."))
    return _draw_mail(request, form, status=422 if form.is_bound else 200)


@require_POST
@requires("mail.manage")
def test_mail(request: StaffRequest) -> HttpResponse:
    """Send at once, and show what the server said."""
    form = TestMailForm(request.POST)
    settings_form = MailForm(instance=MailSettings.objects.first())
    if not form.is_valid():
        return _draw_mail(request, settings_form, test_form=form, status=422)
    recipient = form.cleaned_data["recipient"]
    message = message_to(recipient, _("Test mail"), _("This mail shows that your system can send mail."))
    try:
        answer = send_now(SmtpAccount.stored(), message)
    except MailTrouble as trouble:
        record("mail.tested", actor=request.user, at=timezone.now(), is_sent=False)
        return _draw_mail(request, settings_form, test_form=form, trouble=trouble, status=409)
    record("mail.tested", actor=request.user, at=timezone.now(), is_sent=True)
    sentence = _("The server has taken the mail for %(recipient)s: %(answer)s")
    return done(request, reverse("platform:mail"), sentence % {"recipient": recipient, "answer": answer})


def _draw_hours(request: StaffRequest, form: HoursForm, day_form: CalendarDayForm) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "form": form,
        "day_form": day_form,
        "days": CalendarDay.objects.filter(on__gte=today - timedelta(days=31)).order_by("on"),
        "last_year_known": years_known().stop - 1,
        "is_year_unknown": (today + timedelta(days=45)).year not in years_known(),
    }
    is_invalid = (form.is_bound and form.errors) or (day_form.is_bound and day_form.errors)
    return render(request, "platform/hours.html", context, status=422 if is_invalid else 200)


def _draw_mail(
    request: StaffRequest,
    form: MailForm,
    *,
    test_form: TestMailForm | None = None,
    trouble: MailTrouble | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "test_form": test_form or TestMailForm(initial={"recipient": request.user.email}),
        "trouble": trouble,
        "is_set_up": MailSettings.objects.exists(),
        "failed": OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED).order_by("-created_at")[:10],
        "waiting": OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).count(),
    }
    return render(request, "platform/mail.html", context, status=status)
