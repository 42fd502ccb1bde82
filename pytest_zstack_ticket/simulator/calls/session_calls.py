"""The calls that begin, show and end sessions, and those on the management node. Source: dossier 2.1."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.calls.api_call import Call, Field, a_field

_CLIENT = (a_field("captchaUuid"), a_field("verifyCode"), a_field("clientInfo", "map"))
_SECRET = a_field("password", required=True, trimmed=False)


def _login(path: str, wrapper: str, *fields: Field, session: bool = False) -> Call:
    return Call(
        message=f"org.zstack.header.identity.{wrapper}",
        kind="login",
        method="PUT",
        path=path,
        wrapper=wrapper,
        handler="log_in",
        fields=fields,
        asynchronous=False,
        session=session,
    )


_ONE = "/v1/accounts/sessions/{uuid}"
SESSION_CALLS: tuple[Call, ...] = (
    _login("/v1/accounts/login", "logInByAccount", _SECRET, a_field("accountName", required=True), *_CLIENT),
    _login(
        "/v1/accounts/users/login",
        "logInByUser",
        *(_SECRET, a_field("accountUuid"), a_field("accountName"), a_field("userName", required=True), *_CLIENT),
    ),
    _login(
        "/v1/login",
        "logIn",
        *(
            _SECRET,
            a_field("username", required=True),
            a_field("loginType", required=True),
            *_CLIENT,
            a_field("properties", "any"),
        ),
    ),
    _login("/v1/iam2/virtual-ids/login", "loginIAM2VirtualID", _SECRET, a_field("name", required=True), *_CLIENT),
    _login(
        "/v1/iam2/projects/login", "loginIAM2Project", a_field("projectName", required=True), *_CLIENT, session=True
    ),
    _login("/v1/iam2/platform/login", "loginIAM2Platform", session=True),
    Call(
        message="org.zstack.header.identity.APILogOutMsg",
        kind="logout",
        method="DELETE",
        path="/v1/accounts/sessions/{sessionUuid}",
        handler="log_out",
        fields=(a_field("sessionUuid", required=True), a_field("clientInfo", "map")),
        asynchronous=False,
        session=False,
    ),
    Call(
        message="org.zstack.header.identity.APIValidateSessionMsg",
        kind="session",
        method="GET",
        path=_ONE + "/valid",
        handler="validate_session",
        fields=(a_field("sessionUuid"),),
        asynchronous=False,
        session=False,
    ),
    Call(
        message="org.zstack.header.identity.APIRenewSessionMsg",
        kind="session",
        method="PUT",
        path=_ONE + "/renew",
        wrapper="renewSession",
        handler="renew_session",
        fields=(a_field("uuid", required=True), a_field("duration", "any")),
    ),
    Call(
        message="org.zstack.header.managementnode.APIGetVersionMsg",
        kind="version",
        method="PUT",
        path="/v1/management-nodes/actions",
        wrapper="getVersion",
        handler="get_version",
        asynchronous=False,
        session=False,
    ),
    Call(
        message="org.zstack.header.managementnode.APIGetCurrentTimeMsg",
        kind="version",
        method="PUT",
        path="/v1/management-nodes/actions",
        wrapper="getCurrentTime",
        handler="get_current_time",
        asynchronous=False,
        session=False,
    ),
)
"""The calls on sessions and management nodes."""
