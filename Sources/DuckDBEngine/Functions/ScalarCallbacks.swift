internal import CDuckDBABI
internal import Synchronization

/// The C functions that DuckDB calls for a scalar function.
///
/// A callback has to ask its own library for the function's extra information, but it is a plain C function and is told
/// nothing beforehand: not even which of the loaded libraries calls it. So every library gets callbacks of its own, which
/// differ in a constant only.
struct ScalarCallbacks {
  let bind: duckdb_scalar_function_bind_t
  let run: duckdb_scalar_function_t

  /// The callbacks for a library.
  ///
  /// - Throws: `invalidArgument` when more libraries are in use than there are callbacks.
  static func of(_ library: DuckDBLibrary) throws(DuckDBError) -> ScalarCallbacks {
    let index = libraries.withLock { libraries -> Int? in
      if let index = libraries.firstIndex(where: { $0 === library }) { return index }
      guard libraries.count < all.count else { return nil }
      libraries.append(library)
      return libraries.count - 1
    }
    guard let index else {
      throw DuckDBError(.invalidArgument, "functions can be registered with \(all.count) DuckDB libraries per process")
    }
    return all[index]
  }

  /// Libraries are never unloaded, so neither are their entries.
  private static let libraries = Mutex<[DuckDBLibrary]>([])

  private static func functions(_ index: Int) -> UnsafePointer<DuckDBFunctions> {
    libraries.withLock { $0[index].functions }
  }

  private static var all: [ScalarCallbacks] {
    [
      ScalarCallbacks(
        bind: { ScalarFunction.bind($0, ScalarCallbacks.functions(0)) },
        run: { ScalarFunction.run($0, $1, $2, ScalarCallbacks.functions(0)) }),
      ScalarCallbacks(
        bind: { ScalarFunction.bind($0, ScalarCallbacks.functions(1)) },
        run: { ScalarFunction.run($0, $1, $2, ScalarCallbacks.functions(1)) }),
      ScalarCallbacks(
        bind: { ScalarFunction.bind($0, ScalarCallbacks.functions(2)) },
        run: { ScalarFunction.run($0, $1, $2, ScalarCallbacks.functions(2)) }),
    ]
  }
}
