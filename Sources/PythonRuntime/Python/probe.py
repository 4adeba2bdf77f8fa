"""Tells, as one line of JSON, what an embedder must know of the interpreter that runs this."""

import json
import sys
import sysconfig

variables = sysconfig.get_config_vars()
paths = sysconfig.get_paths()
site_packages = []
for key in ("purelib", "platlib"):
    if paths[key] not in site_packages:
        site_packages.append(paths[key])

print(
    json.dumps(
        {
            "implementation": sys.implementation.name,
            "version": list(sys.version_info[:3]),
            "release_level": sys.version_info.releaselevel,
            "executable": sys.executable,
            "prefix": sys.prefix,
            "base_prefix": sys.base_prefix,
            "site_packages": site_packages,
            "free_threaded": bool(variables.get("Py_GIL_DISABLED")),
            "library_names": [variables.get(key) or "" for key in ("INSTSONAME", "LDLIBRARY")],
            "library_folders": [variables.get(key) or "" for key in ("LIBDIR", "PYTHONFRAMEWORKPREFIX")],
            "multiarch": variables.get("MULTIARCH") or "",
            "platform": sysconfig.get_platform(),
            "interface": variables.get("SOABI") or sys.implementation.cache_tag,
        }
    )
)
