// The umbrella: one import for everything a host needs.
@_exported public import ArrowIPC
@_exported public import Columnar
@_exported public import Environments
@_exported public import Functions
@_exported public import PythonRuntime
@_exported public import PythonUDF
@_exported public import Tabular
@_exported public import ThreadConfinement

#if DuckDB
  @_exported public import DuckDBEngine
#endif
