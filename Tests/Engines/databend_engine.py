"""A Databend in this process, which may call function servers.

Databend of one process has one configuration: the first that starts wins.
"""

import tempfile
from pathlib import Path

import databend

CONFIGURATION = """
[query]
tenant_id = "clutch"
warehouse_id = "clutch"
cluster_id = "clutch"
# Functions of servers are off by default, and each address must be allowed.
enable_udf_server = true
udf_server_allow_list = ["http://127.0.0.1", "http://localhost", "https://localhost"]
# Without it only https:// is taken.
udf_server_allow_insecure = true

[log.file]
on = false

[storage]
type = "fs"
allow_insecure = true

[storage.fs]
data_path = "{folder}/data"
"""


class Databend:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="clutch-databend-")
        file = Path(self.folder.name, "databend.toml")
        file.write_text(CONFIGURATION.format(folder=self.folder.name))
        databend.init_service(config=str(file))
        self.context = databend.SessionContext()

    def run(self, statements):
        """Runs statements one by one; the last may not give rows."""
        for statement in statements.split(";\n"):
            if statement.strip():
                self.context.sql(statement).collect()

    def rows(self, query):
        """The rows of a query, as lists of columns."""
        return [column.to_pylist() for column in self.context.sql(query).to_arrow_table().columns]

    def column(self, query):
        return self.rows(query)[0]
