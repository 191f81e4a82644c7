"""Django's settings, derived from :mod:`wutong.config`; nothing here reads the environment."""

from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.platform.database import django_database
from wutong.platform.secrets import django_secret_key

_config = config()
BASE_DIR = Path(__file__).resolve().parent

DEBUG = _config.debug
SECRET_KEY = django_secret_key()
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", _config.host, *_config.allowed_hosts]
if _config.public_url:
    ALLOWED_HOSTS.append(_config.public_url.split("//", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0])
CSRF_TRUSTED_ORIGINS = [_config.web_origin]

INSTALLED_APPS = [
    "wutong.platform",
    "wutong.people",
    "wutong.events",
    "wutong.scoring",
    "wutong.content",
    "wutong.lifecycle",
    "wutong.sales",
    "wutong.privacy",
    "wutong.review",
    "wutong.analytics",
    "wutong.exchange",
    "wutong.stream",
    "wutong.api",
    "wutong.entry",
    "wutong.sandbox",
    "wutong.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "procrastinate.contrib.django",
    "csp",
    "django_htmx",
    "axes",
]

MIDDLEWARE = [
    "wutong.platform.observe.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wutong.platform.visitor_settings.StaffPreferences",
    "wutong.platform.second_factor_gate.SecondFactorFirst",
    "wutong.platform.open_sessions.SessionSeen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "wutong.web.not_a_page.NotAPage",
    "wutong.platform.unstorable.WithoutNul",
]

ROOT_URLCONF = "wutong.urls"
WSGI_APPLICATION = "wutong.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "django.contrib.auth.context_processors.auth",
                "wutong.web.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": django_database()}
CACHES = {
    # Which lists are long, by colleague and filter; the default of 300 would forget them all the time.
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5_000}}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "platform.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=2).total_seconds())
LOGIN_URL = "platform:sign_in"
LOGIN_REDIRECT_URL = "/"

# Sign-in throttling: an address (in IPv6 a network) tries one account ten times at most, then waits for 15 minutes.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # an impatient colleague would wait for ever
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "wutong.platform.sign_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "wutong.platform.observe.client_network"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

SESSION_ENGINE = "wutong.platform.session_store"
SESSION_COOKIE_NAME = "wt_session"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _config.web_origin.startswith("https://")
CSRF_COOKIE_NAME = "wt_csrf"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_FAILURE_VIEW = "wutong.web.views.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _config.trusted_proxies else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", _config.edge_origin],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [BASE_DIR / "operations" / "locale"]  # no app, yet its checks are shown on the health page
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "wt_language"
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = _config.data_dir / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/dist/.+-[0-9A-Z]{8}\.\w+$"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

EMAIL_BACKEND = "wutong.platform.mail.OutboxBackend"

PROCRASTINATE_IMPORT_PATHS = [
    "wutong.platform.jobs",
    "wutong.people.jobs",
    "wutong.people.rebuild",
    "wutong.events.jobs",
    "wutong.events.lake.jobs",
    "wutong.scoring.jobs",
    "wutong.lifecycle.jobs",
    "wutong.privacy.erasure",
    "wutong.privacy.jobs",
    "wutong.sales.collisions",
    "wutong.exchange.jobs",
]
PROCRASTINATE_ON_APP_READY = None

LOGGING_CONFIG = None
SILENCED_SYSTEM_CHECKS: list[str] = []
