#if DuckDB
  public import DuckDBEngine
  import Essentials
  public import PythonRuntime

  extension DuckDBLibrary {
    /// Finds and loads a library, also among the packages of a Python installation.
    ///
    /// - Parameters:
    ///   - explicitPath: a library to take, or nil to search.
    ///   - python: the installation whose packages `duckdb` and `bareduckdb` are looked for, as `CPython.start` gives it;
    ///     nil to leave them out.
    /// - Throws: `DuckDBError`: `libraryNotFound`, with everything that was tried; for a given path also `libraryTooOld`
    ///   or `missingSymbol`.
    public static func load(
      explicitPath: String? = nil, for python: PythonInstallation?
    ) throws(DuckDBError) -> DuckDBLibrary {
      try load(
        explicitPath: explicitPath, environment: ProcessInfo.processInfo.environment,
        sitePackages: python?.sitePackages ?? [], pythonLibrary: python?.library)
    }
  }
#endif
