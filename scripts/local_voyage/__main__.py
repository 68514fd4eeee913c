"""`python -m local_voyage`: run the server until Ctrl-C."""

import argparse
import time

from local_voyage.server import LocalVoyage


def main() -> None:
    """Run the server on a port of this machine."""
    parser = argparse.ArgumentParser(description="A local server that speaks Voyage's protocol.")
    parser.add_argument("--port", type=int, default=8010)
    with LocalVoyage(parser.parse_args().port) as server:
        print(f"KINEGRAPH_VOYAGE_API_KEY=local KINEGRAPH_VOYAGE_URL={server.url}", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
