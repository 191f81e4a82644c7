"""What the demo's colleagues write down: notes, reasons and facts, all invented."""

from decimal import Decimal
from random import Random

from wutong.lifecycle.hand_over import Bant, HandOverFacts
from wutong.lifecycle.models import HandOver

REACHED_NOTES = (
    ("聊了十分钟，三条装配线，想先做质量追溯。约下周看演示。", "发案例并约演示"),
    ("加了企微，发了同行业案例。对方在对比两家。", "三天后问反馈"),
    ("邮件回复了排产和追溯的区别，对方转给生产总监。", "约生产总监"),
    ("现在用纸质巡检，月底审核压力大，想尽快看到样板。", "安排样板参观"),
    ("车间有八十台设备，老旧的占一半，担心联网成本。", "发联网改造清单"),
    ("预算在做明年计划，让我们先出一个粗报价。", "发粗报价"),
    ("客户点名要批次追溯，下个月来验厂。", "准备验厂清单"),
    ("信息部和生产部意见不一，需要一起开会。", "约两部门一起开会"),
)
NO_ANSWER_NOTES = ("没接，下午再打。", "占线，已发短信。", "总机转接无人，晚点再试。", "关机，加企微等通过。")
LATER_NOTES = ("预算在明年三月，先保持联系。", "厂房搬迁中，年后再谈。", "刚换 ERP，半年内不动。", "等集团统一规划。")
NOT_INTERESTED_NOTES = ("只是学生做课题。", "同行来打听价格。", "填错了，是个人卖家。", "号码不是本人。")
SALES_NOTES = (
    ("现场走了一遍产线，确认追溯到单件。", "出方案"),
    ("演示给生产和质量看，反馈不错，财务问回本。", "做投资回报测算"),
    ("谈了部署方式，倾向本地化。", "确认服务器清单"),
    ("对方在走内部立项，等总经理签字。", "跟立项进度"),
    ("比价中，对手报价低一成，强调实施能力。", "安排老客户电话"),
    ("合同条款法务在看，付款节点要改。", "改合同"),
)
NEEDS = (
    "质量追溯到单件，要通过主机厂审核",
    "三条产线上 MES，替掉 Excel 排产",
    "设备联网，先看到停机原因",
    "两厂统一工单和报工",
)
PAINS = (
    "客诉时查不到批次，上月赔了一次",
    "排产靠一个人，他请假就乱",
    "停机没人记录，效率说不清",
    "纸质检验单，月底补录三天",
)
BUDGETS = ("30 万以内", "50 到 80 万", "已批 100 万", "跟着明年预算走")
AUTHORITIES = ("生产副总拍板，总经理签字", "信息部经理推动，总经理批", "厂长决定，集团备案")
TIMINGS = ("一季度上线", "验厂前要有样板", "年内签，明年实施", "三个月内定供应商")
PROJECTS = ("MES 一期", "质量追溯项目", "设备联网试点", "数字化车间", "两厂 MES 推广")
COMPETITORS = ("", "", "某大型 ERP 厂商", "本地集成商", "自研团队", "某 MES 同行")
BUYING_ROLES = {
    "总经理": "decision_maker",
    "副总经理": "economic_buyer",
    "生产总监": "champion",
    "厂长": "decision_maker",
    "信息部经理": "it_security",
    "IT 主管": "it_security",
    "数字化负责人": "champion",
    "采购经理": "finance",
    "质量经理": "influencer",
    "质量工程师": "user",
    "工艺工程师": "user",
}
AMOUNTS = (18, 26, 35, 42, 48, 56, 68, 88, 120, 160, 240)  # in ten thousands


def deal_name(company: str, project: str) -> str:
    """How a salesperson calls a deal: the company without its town, and the project."""
    return f"{company.removesuffix('有限公司')[2:6]} · {project}"


def an_amount(rng: Random) -> Decimal:
    """What a deal may be about."""
    return Decimal(rng.choice(AMOUNTS)) * 10_000


def facts(rng: Random) -> HandOverFacts:
    """What an SDR may tell sales."""
    return HandOverFacts(
        need=rng.choice(NEEDS),
        pain=rng.choice(PAINS),
        intent=rng.choice(tuple(HandOver.Intent)[:2]),
        level=rng.choice(tuple(HandOver.Level)[:3]),
        budget=rng.choice(BUDGETS),
        project_period=rng.choice(tuple(HandOver.Period)[:4]),
    )


def bant(rng: Random) -> Bant:
    """What sales may have confirmed."""
    return Bant(
        budget=rng.choice(BUDGETS),
        authority=rng.choice(AUTHORITIES),
        need=rng.choice(NEEDS),
        timing=rng.choice(TIMINGS),
    )
