"""What a fresh embedded endpoint holds: people, projects, an access key, flows, ticket types, foreign tickets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

PASSWORD = "password"  # noqa: S105 - the seeded password of a simulator
"""The clear password of every seeded account and virtual ID."""

ADMIN_ACCOUNT = "36c27e8ff05c4780bf6d2fa65700f22e"
"""The built-in admin account (dossier 2.2)."""

NO_PROJECT_ACCOUNT = "2dce5dc485554d21a3796500c1db007a"
"""The account of a virtual ID that has not chosen a project (dossier 2.1)."""

PROJECT_ONE = "28c9a199e3e842d28c9805eb89be56cb"
"""Project `p1`; the page's sample names it."""
PROJECT_TWO = "a497d61cc2d848f2a1101ebd7bc7362f"
PROJECT_ONE_ACCOUNT = "01ce66b048c5477195b5d6e43507239c"
PROJECT_TWO_ACCOUNT = "629c222d0b834ec3aa3af9f5a0e5d986"

ALICE = "1c255722caf34cb888b57d11a744248c"
"""Virtual ID `alice` of project p1; the page's sample names her."""
BOB = "c0df7a66330f4cc3b83d1c3695aac291"
"""Virtual ID `bob` of project p2, the stranger."""
CAROL = "cd120a6130884e4ca80a01b10e59de86"
"""Virtual ID `carol` of project p1, who may approve but owns no ticket."""
OPERATOR = "bf3198f5680341ac88f54d59e94ad7ab"
"""Virtual ID `operator`: a platform operator, who may approve on a last flow."""

ACCESS_KEY_ID = "mZ3uQ0vX7rT1yK5bWc2e"
ACCESS_KEY_SECRET = "Vt8nEo4sLq6hJd9pRf0aGk3xYi7uBz5wMc1T2eNv"  # noqa: S105 - the seeded key of a simulator

DEFAULT_COLLECTION = "872c04e82fee40509447b9ec90fc5aa1"
"""The built-in default flow collection, which matches any ticket type (dossier 7.3)."""
DEFAULT_FLOW = "0a41bd1c4f3f4b8fa30a6fbd1c5a7f10"
FOREIGN_COLLECTION = "5d1f8f6a0c6b4a3f9b1e7d2c4a8e6f03"
"""Project p2's own collection, which project p1 must not use."""
FOREIGN_FLOWS = ("6e2a9a7b1d7c4b40ac2f8e3d5b9f7014", "7f3bab8c2e8d4c51bd309f4e6ca08125")
DISABLED_COLLECTION = "8a4cbc9d3f9e4d62ae41a05f7db19236"
DISABLED_FLOW = "9b5dcdae40af4e73bf52b1608ec2a347"

CREATE_VM_TYPE = "3b933e9aaf2d49b9a3dcf0c92867790f"
RESIZE_VM_TYPE = "ef064ef45fb446d381db7b7d5f71695c"
CREATE_VM_API = "org.zstack.header.vm.APICreateVmInstanceMsg"
RESIZE_VM_API = "org.zstack.header.vm.APIUpdateVmInstanceMsg"
TAG_PATTERN = "4d7e2c90b15f4a86a3c8e0f19d6b2754"
"""A tag pattern that may be named in tagUuids."""

KNOWN_APIS = frozenset({CREATE_VM_API, RESIZE_VM_API, "org.zstack.header.vm.APIStopVmInstanceMsg"})
"""API classes that exist; only the first two belong to a ticket type."""

FOREIGN_TICKETS = ("c35ad9af84b34ef1b6d0de4c1f5a9e01", "d46beab095c44f02a7e1ef5d206baf12")
"""Two tickets of bob in project p2, for isolation: a pending and a cancelled one."""
FOREIGN_TICKET_NAME = "the other project's ticket"
SEEDED_AT = 1_545_993_580
"""Creation time of all seeds, in seconds since the epoch: the page's own sample."""


def digest(clear: str) -> str:
    """Return a password as clients send it: the lower-case hex SHA-512."""
    return hashlib.sha512(clear.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user who can log in: an account, an account's user, or a virtual ID."""

    name: str
    uuid: str
    account: str
    kind: str
    projects: tuple[str, ...] = ()
    operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An IAM2 project and the account that owns what its members make."""

    name: str
    uuid: str
    account: str


PEOPLE: tuple[Person, ...] = (
    Person(name="admin", uuid=ADMIN_ACCOUNT, account=ADMIN_ACCOUNT, kind="account"),
    Person(
        name="tenant",
        uuid="4f1de2c85a0b46d7b9c3a8e7f6051234",
        account="4f1de2c85a0b46d7b9c3a8e7f6051234",
        kind="account",
    ),
    Person(name="staff", uuid="5a2ef3d96b1c47e8a0d4b9f807162345", account=ADMIN_ACCOUNT, kind="user"),
    Person(name="alice", uuid=ALICE, account=NO_PROJECT_ACCOUNT, kind="virtual-id", projects=(PROJECT_ONE,)),
    Person(name="carol", uuid=CAROL, account=NO_PROJECT_ACCOUNT, kind="virtual-id", projects=(PROJECT_ONE,)),
    Person(name="bob", uuid=BOB, account=NO_PROJECT_ACCOUNT, kind="virtual-id", projects=(PROJECT_TWO,)),
    Person(
        name="operator",
        uuid=OPERATOR,
        account=NO_PROJECT_ACCOUNT,
        kind="virtual-id",
        projects=(PROJECT_ONE, PROJECT_TWO),
        operator=True,
    ),
)
PROJECTS: tuple[Project, ...] = (
    Project(name="p1", uuid=PROJECT_ONE, account=PROJECT_ONE_ACCOUNT),
    Project(name="p2", uuid=PROJECT_TWO, account=PROJECT_TWO_ACCOUNT),
)


def person(name: str, *kinds: str, fold: Callable[[str], str] = str) -> Person | None:
    """Find a user by login name among the given kinds; `fold` makes of a name what is compared."""
    return next((one for one in PEOPLE if fold(one.name) == fold(name) and one.kind in kinds), None)


def virtual_id(uuid: str) -> Person | None:
    """Find a virtual ID by uuid."""
    return next((one for one in PEOPLE if one.uuid == uuid and one.kind == "virtual-id"), None)


def project(*, name: str = "", uuid: str = "") -> Project | None:
    """Find a project by name or by uuid."""
    return next((one for one in PROJECTS if one.name == name or one.uuid == uuid), None)
