# CREATE FUNCTION gcd_py(INT, INT) RETURNS BIGINT LANGUAGE python HANDLER = 'gcd' AS $$ ... $$;
import json
import urllib.parse


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def get_host(url):
    if url is None:
        return None
    return urllib.parse.urlsplit(url).hostname


def array_index_of(values, item):
    """The place of an item, from 1 on; 0 where it is not."""
    if values is None or item not in values:
        return 0
    return values.index(item) + 1


def merge_labels(labels, extra):
    merged = dict(labels or {})
    merged.update(json.loads(extra) if isinstance(extra, str) else extra or {})
    return merged


class Risk:
    @staticmethod
    def score(amount, country):
        return (amount or 0) / 100.0 + (5.0 if country in ("XX", None) else 0.0)
