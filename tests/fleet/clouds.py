"""Simulated clouds of a fleet: each with its own port and faults, and what is left on it counted by asking it."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_zstack_ticket.api.auth import login_request
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport

SECRET = "FLEET_TEST_SECRET"
PASSWORD = seed_data.PASSWORD = "correct horse/battery+staple&4711"
"""Another than that of every simulator, so that it can be searched for."""


class Cloud:
    """One simulated cloud, which keeps its port when it is upgraded."""

    def __init__(self, name: str, options: str = "", groups: tuple[str, ...] = ()) -> None:
        self.name, self.groups = name, groups
        self._serve(options, 0)

    def _serve(self, options: str, port: int) -> None:
        self.server = SimulatorServer(f"embedded{options}", port=port)
        self.server.start()
        self.url = self.server.url
        self.others = self.tickets()

    @property
    def left(self) -> int:
        """Tickets that were not there when the cloud started."""
        return self.tickets() - self.others

    def upgrade(self, options: str) -> None:
        """Be another release on the same port, as after an upgrade."""
        port = int(self.url.rpartition(":")[2].partition("/")[0])
        self.server.stop()
        self._serve(options, port)

    def tickets(self) -> int:
        """Count all tickets, whoever made them."""
        line = HttpxTransport(Settings(url=self.url))
        try:
            session = _json(line, login_request("account", "admin", PASSWORD))["inventory"]["uuid"]
            headers = (("Authorization", f"OAuth {session}"),)
            return len(
                _json(line, Request(method="GET", path="/v1/tickets?limit=100000", headers=headers))["inventories"]
            )
        finally:
            line.close()

    def stop(self) -> None:
        """Stop serving."""
        self.server.stop()


def _json(line: HttpxTransport, request: Request) -> dict:
    answer = line.send(request)
    if not isinstance(answer, Response):
        raise TypeError(str(answer))
    return json.loads(answer.body)


def fleet_file(folder: Path, clouds: list[Cloud], *, select: str, head: str = "", waves: str = "") -> Path:
    """Write the fleet file of clouds; the password comes from one variable of the workers."""
    lines = [
        "[fleet]",
        f"at-once = {len(clouds)}\nretry-pause = 1\nlocks = {json.dumps(str(folder / 'locks'))}",
        head,
        f'[defaults]\nselect = "{select}"\noptions = {{ effort = "smoke", seed = 3 }}',
        f'secrets = {{ password = {{ env = "{SECRET}" }} }}',
        *(
            f"[[target]]\nname = {json.dumps(one.name)}\nurl = {json.dumps(one.url)}\ngroups = {json.dumps(one.groups)}"
            for one in clouds
        ),
        waves,
    ]
    file = folder / "fleet.toml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file
