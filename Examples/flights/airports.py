"""An async function: what a service says of an airport, asked for many at the same time."""

import asyncio

from clutch import udf

# What the service knows; a file would ask it over the network, with a client that awaits.
_NAMES = {"ATL": "Atlanta", "BOS": "Boston", "CLT": "Charlotte", "LAX": "Los Angeles", "MCO": "Orlando", "ORD": "Chicago", "SFO": "San Francisco"}


@udf(concurrency=32, timeout=5, on_error="null", deterministic=True)
async def city(code: str) -> str | None:
    """The city of an airport; null where the service does not know it."""
    await asyncio.sleep(0.02)
    return _NAMES.get(code)
