"""The benchmark of telemetry: `make bench-telemetry`."""
