"""`python -m tests.second --port 0 --variant NAME --fault NAME` serves until it is interrupted."""

from __future__ import annotations

import argparse

from tests.second.endpoint import Cloud
from tests.second.faults import FAULTS
from tests.second.kinds import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.second", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--variant", choices=sorted(KINDS))
    parser.add_argument("--fault", choices=sorted(FAULTS), default=None)
    args = parser.parse_args()
    variant = args.variant or (FAULTS[args.fault].variant if args.fault else "real")
    cloud = Cloud(KINDS[variant], FAULTS[args.fault].flaw if args.fault else "", args.port)
    print(f"listening on {cloud.url}", flush=True)
    try:
        cloud.serve_forever()
    except KeyboardInterrupt:
        cloud.server_close()


if __name__ == "__main__":
    main()
