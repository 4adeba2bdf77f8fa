# /// script
# requires-python = ">=3.13"
# dependencies = ["python-slugify==8.*"]
# ///
"""An async function with a package that is pure Python: it runs in isolated interpreters, many rows at once.

    clutch sql --udf Examples/packages/slugs.py "SELECT page('Ünïcode & friends')"
"""

import asyncio

from clutch import udf
from slugify import slugify


@udf(concurrency=64, timeout=5.0)
async def page(title: str) -> str:
    """The address of a title's page; a request to a server would be awaited here."""
    await asyncio.sleep(0.01)
    return f"https://example.com/{slugify(title)}"
