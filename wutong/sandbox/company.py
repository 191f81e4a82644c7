"""What the demo company's website and its records in Wutong must agree on."""

from typing import Final

NAME: Final = "梧桐示例 · 衡一智造"
SITE_NAME: Final = "衡一智造官网"
FORM_KEY: Final = "demo-request"
SOUTH_FORM_KEY: Final = "south-request"
FORM_CONSENT_VERSION: Final = "privacy-2026-11"
FORM_CONSENT_TEXT: Final = "我同意衡一智造按隐私说明使用以上信息与我联系。"
BANNER_VERSION: Final = "visits-2026-11"
