"""What a column of a file of companies may mean."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from wutong.exchange.columns import IGNORE, Words

MEANINGS: Mapping[str, str | Promise] = {
    "company": pgettext_lazy("column", "Company"),
    "credit_code": pgettext_lazy("column", "Credit code of the company"),
    "region": pgettext_lazy("column", "Province, city or district"),
    "industry": pgettext_lazy("column", "Industry"),
    "size": pgettext_lazy("column", "Number of employees"),
    "domain": pgettext_lazy("column", "Website or e-mail domain"),
    "alias": pgettext_lazy("column", "Other name"),
    "parent": pgettext_lazy("column", "Parent company (name or credit code)"),
    "owner": pgettext_lazy("column", "Owner (name or e-mail of a colleague)"),
    "tags": pgettext_lazy("column", "Tags"),
    "source": pgettext_lazy("column", "Where it was read"),
    IGNORE: pgettext_lazy("column", "Leave out"),
}
IDENTIFIERS = ("company", "credit_code")
"""What a company is recognised by, or entered under. A domain alone names several."""
REPEATABLE = frozenset({"region", "domain", "alias", IGNORE})
"""Province and city often stand in columns of their own: one after the other they name one place."""

_NAMES = {
    "company": (
        "company companyname organization organisation account accountname name firm legalname 公司 公司名称 公司全称 "
        "企业 企业名称 企业全称 单位 单位名称 客户 客户名称 客户公司 机构 机构名称 名称 全称"
    ),
    "credit_code": (
        "creditcode unifiedsocialcreditcode uscc taxid taxnumber 统一社会信用代码 信用代码 社会信用代码 税号 "
        "纳税人识别号 营业执照号 注册号"
    ),
    "region": (
        "region province state city area district 地区 省份 省 城市 市 区域 区县 所在地 省市 所在城市 所在地区 所属地区"
    ),
    "industry": "industry sector trade 行业 所属行业 行业分类 行业门类 国标行业",
    "size": (
        "size companysize employees employeecount numberofemployees headcount staff 规模 人员规模 公司规模 企业规模 "
        "员工数 员工人数 人数 参保人数"
    ),
    "domain": (
        "domain website web url homepage site emaildomain 网址 官网 网站 域名 公司网址 公司官网 邮箱域名 企业邮箱后缀"
    ),
    "alias": (
        "alias aliases shortname othername formername brand 简称 公司简称 企业简称 别名 曾用名 英文名 英文名称 品牌"
    ),
    "parent": "parent parentcompany group holding 母公司 上级公司 集团 所属集团 总公司 上级单位",
    "owner": "owner assignedto assignee salesrep accountmanager 负责人 销售 所属销售 跟进人 归属人 客户负责人 客户经理",
    "tags": "tag tags label labels 标签 客户标签 公司标签 标签名称",
    "source": "source datasource 来源 数据来源 信息来源",
}  # fmt: skip

OF_COMPANIES = Words(meanings=MEANINGS, names=_NAMES, repeatable=REPEATABLE, unknown=IGNORE)
