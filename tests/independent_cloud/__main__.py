"""`python -m tests.independent_cloud --port 0 --variant NAME --fault NAME` serves until it is interrupted."""

from __future__ import annotations

import argparse

from tests.independent_cloud.endpoint import Cloud
from tests.independent_cloud.faults import FAULTS
from tests.independent_cloud.kinds import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.independent_cloud", description=__doc__)
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
