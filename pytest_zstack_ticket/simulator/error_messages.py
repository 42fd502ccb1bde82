"""Human text of errors that exist in two languages, and the catalogue sentence of each code.

The English texts are the format strings that the dossier quotes (2.3, 7.3, 8.2), the Chinese ones those of
conf/i18n.json where it has them. Texts of the parameter validator are never translated (5.2).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Locale: TypeAlias = Literal["en", "zh"]

DESCRIPTIONS: dict[str, str] = {
    "SYS.1000": "An internal error happened in system",
    "SYS.1001": "A message or a operation timeout",
    "SYS.1003": "A resource can not be found",
    "SYS.1005": "Unable to change resource state",
    "SYS.1006": "An operation failed",
    "SYS.1007": "One or more API argument is invalid",
    "ID.1000": "Unable to authenticate a user",
    "ID.1001": "The session is invalid, either wrong session id or the session has been expired",
    "ID.1002": "The user doesn't have permission to perform the operation",
}

_HIBERNATE = "org.hibernate.exception.{}Exception: could not execute statement"
_CREATE_ONE = "you must specify the flowCollectionUuid or create a default ticket flow collection in system"

TEXTS: dict[str, tuple[str, str]] = {
    "wrong-login": ("wrong account name or password", "错误信息: 错误的帐号或密码"),
    "wrong-user-login": ("wrong account or username or password",) * 2,
    "unknown-login-type": ("unsupported login type {0}", "不支持的登录类型{0}"),
    "no-account-of-user": (
        "accountName and accountUuid cannot both be null, you must specify at least one",
        "accountName和accountUuid不能同时为空，您必须定义至少一个",
    ),
    "no-system-tag": ("no system tag matches {0}", "没有找到匹配{0}的系统标签"),
    "bad-filter-name": (
        "filterName must be formatted as [filterType:condition(s)]",
        "FilterName的格式必须为[filterType：条件]",
    ),
    "bad-sort": (
        "org.zstack.zql.ast.visitors.ZQLError: invalid order by clause, inventory[{0}] doesn't have field[{1}]",
        "org.zstack.zql.ast.visitors.ZQLError: ORDER BY子句无效，库存[{0}]没有字段[{1}]",
    ),
    "not-virtual-id": ("the session is not one of a virtual ID", "该会话不属于虚拟ID"),
    "no-project": ("project[name:{0}] not found", "找不到项目[名称:{0}]"),
    "not-member": ("virtual id[uuid:{0}] not belong to project[uuid:{1}]", "virtual id[uuid:{0}]不属于项目[uuid:{1}]"),
    "not-operator": ("virtual id[uuid:{0}] has no platform role", "虚拟ID[uuid:{0}]没有平台角色"),
    "no-account-type": ("no accountSystemType[{0}] defined in system", "未定义的accountSystemType[{0}]类型"),
    "no-type": ("not matched ticket type found", "未找到匹配的票证类型"),
    "no-collection": (
        "no matched ticket flow collection or no default ticket flow collection found, " + _CREATE_ONE,
        "找不到匹配的票证流集合或找不到默认的票证流集合，必须指定FlowCollectionuuid或在系统中创建默认的票证流集合",
    ),
    "no-default-collection": (
        "no default ticket flow collection found, " + _CREATE_ONE,
        "没有默认工单流程，必须指定flowCollectionUuid或在系统中创建默认工单流程",
    ),
    "collection-mismatch": (
        "Ticket flow collection[uuid:{0}] not matches ticket type[uuid:{1}]",
        "票证流集合[uuid：{0}]与票证类型[uuid：{1}]不匹配",
    ),
    "collection-invalid": (
        "Ticket flow collection[uuid:{0}] is invalid, contact admin to correct it",
        "当前工单流程[uuid:{0}]失效，请联系admin修复",
    ),
    "collection-disabled": (
        "Ticket flow collection[uuid:{0}] is disable, can not be used",
        "工单流程[uuid:{0}]处于禁用状态，无法被使用",
    ),
    "collection-foreign": (
        "operation denied because flow collection[uuid:{0}] it not belong the project[uuid:{1}]",
        "操作无效，因为流程[uuid:{0}]不属于项目[uuid:{1}]",
    ),
    "no-api": ("invalid request. no API[{0}] found", "无效的请求。找不到API[{0}]"),
    "bad-api-body": (
        "invalid request, cannot create API[{0}] from apiBody, {1}",
        "无效的请求，无法通过apiBody创建API[{0}]，{1}",
    ),
    "bad-request-name": ("invalid request, requestName cannot be null", "无效的请求，requestName不能为空"),
    "bad-times": ("invalid request, executeTimes[{0}] must be positive", "无效的请求，executeTimes[{0}]必须为正数"),
    "bad-context": ("accountSystemContext is not valid for {0}", "accountSystemContext对{0}无效"),
    "empty-name": ("name cannot be an empty string", "名称不能为空"),
    "not-owner": (
        "the virtual ID[uuid:{0}] is not the owner of the ticket[uuid:{1}, name:{2}]",
        "virtual ID[uuid:{0}]不是工单[uuid:{1}, name:{2}]的所有者",
    ),
    "wrong-operator": (
        "operation denied. the operator needs to be done by account/virtual ID[uuid:{0}]",
        "操作无效，需要account/virtual ID[uuid:{0}]才能完成操作",
    ),
    # the Chinese text of the target prints the status in both places (dossier V21)
    "wrong-status": (
        "operation denied. the ticket is in status of {0}, cannot do the operation[{1}]",
        "操作无效。当前工单状态为{0}，无法进行操作[{0}]",
    ),
    "not-cancelled": (
        "ticket[uuid:{0}, name:{1}] can only be updated after being cancelled, current status is {2}",
        "工单[uuid:{0}, name:{1}]当前状态为{2}，不支持更新操作",
    ),
    "not-deletable": (
        "operation denied. the ticket is in status of {0}, cannot do the operation[delete]",
        "操作被拒绝，工单处于状态{0}，不能删除",
    ),
    "duplicate-uuid": (_HIBERNATE.format("ConstraintViolation"),) * 2,
    "too-long-column": (_HIBERNATE.format("Data"),) * 2,
    "bad-character": (_HIBERNATE.format("GenericJDBC"),) * 2,
    "no-flow": ("at least one flow is needed for create flow collection", "创建流程时需要至少一个步骤"),
    "no-flow-name": ("name is needed when create a flow", "创建步骤时需要填写名称"),
    "no-approver": ("approverUuid cannot be null", "Approveruuid不能为空"),
    "bad-title": ("wrong approver title {0}, valid value is {1}", "错误的审批人职位{0}, 有效输入为{1}"),
    "no-virtual-id": ("can not find IAM2VirtualIDVO[uuid:{0}]", "找不到对应的IAM2VirtualIDVO[uuid:{0}]"),
    "last-approver": (
        "admin or iam2 operation is required as approver of the last flow",
        "需要管理员或IAM2操作作为最后一个流的批准人",
    ),
    "last-approver-old": ("admin is required as approver of the last flow", "最后一个环节的审批人必须是管理员"),
    "type-taken": ("one ticket type can only have one matches flow collection", "一个票证类型只能有一个匹配流集合"),
    "bad-integer": (
        "[{0}] field is excepted an int or long, but was [{1}].",
        "[{0}] 属性期望是一个整数，但是得到的是 [{1}]",
    ),
    "bad-boolean": (
        "Invalid value for boolean field [{0}], [{1}] is not a valid boolean string[true, false].",
        "boolean属性字段[{0}]无效，[{1}]不是一个有效的boolean字符串[true, false]",
    ),
}


def localized(locale: Locale, key: str, *arguments: object) -> str:
    """Return a text in the given language with its arguments filled in."""
    english, chinese = TEXTS[key]
    return (chinese if locale == "zh" else english).format(*arguments)
