internal import CDuckDBABI
internal import Synchronization

/// Where callbacks find the functions of the library that calls them.
///
/// A callback has to ask its own library for what belongs to it, but it is a plain C function and is told nothing
/// beforehand: not even which of the loaded libraries calls it. So every library has a place here, and callbacks of its
/// own that differ in that place only.
enum CallbackPlaces {
  /// How many libraries can call functions.
  static let count = 3

  /// The place of a library, from its first function on; libraries are never unloaded, so neither are places.
  ///
  /// - Throws: `invalidArgument` when more libraries are in use than there are places.
  static func place(of library: DuckDBLibrary) throws(DuckDBError) -> Int {
    let place = libraries.withLock { libraries -> Int? in
      if let place = libraries.firstIndex(where: { $0 === library }) { return place }
      guard libraries.count < count else { return nil }
      table[libraries.count] = library.functions
      libraries.append(library)
      return libraries.count - 1
    }
    guard let place else {
      throw DuckDBError(.invalidArgument, "functions can be registered with \(count) DuckDB libraries per process")
    }
    return place
  }

  /// The functions of the library at a place. Needs no lock: a callback is called only after its library was given the
  /// place, which then stays as it is.
  static func functions(_ place: Int) -> UnsafePointer<DuckDBFunctions>? { table[place] }

  private static let libraries = Mutex<[DuckDBLibrary]>([])
  private nonisolated(unsafe) static let table = {
    let table = UnsafeMutablePointer<UnsafePointer<DuckDBFunctions>?>.allocate(capacity: count)
    table.initialize(repeating: nil, count: count)
    return table
  }()
}

/// The C functions that DuckDB calls for a scalar function.
struct ScalarCallbacks: Sendable {
  let bind: duckdb_scalar_function_bind_t
  /// For functions that take the batches of a query one after the other.
  let begin: duckdb_scalar_function_init_t
  let run: duckdb_scalar_function_t

  /// - Throws: as `CallbackPlaces.place`.
  static func of(_ library: DuckDBLibrary) throws(DuckDBError) -> ScalarCallbacks {
    all[try CallbackPlaces.place(of: library)]
  }

  /// One for each place. A C function captures nothing, so each has its place written out.
  private static let all = [
    ScalarCallbacks(bind: { bind($0, 0) }, begin: { begin($0, 0) }, run: { run($0, $1, $2, 0) }),
    ScalarCallbacks(bind: { bind($0, 1) }, begin: { begin($0, 1) }, run: { run($0, $1, $2, 1) }),
    ScalarCallbacks(bind: { bind($0, 2) }, begin: { begin($0, 2) }, run: { run($0, $1, $2, 2) }),
  ]

  private static func bind(_ info: duckdb_bind_info, _ place: Int) {
    if let functions = CallbackPlaces.functions(place) { ScalarFunction.bind(info, functions) }
  }

  private static func begin(_ info: duckdb_init_info, _ place: Int) {
    if let functions = CallbackPlaces.functions(place) { StreamState.begin(info, functions) }
  }

  private static func run(
    _ info: duckdb_function_info, _ input: duckdb_data_chunk, _ output: duckdb_vector, _ place: Int
  ) {
    if let functions = CallbackPlaces.functions(place) { ScalarFunction.run(info, input, output, functions) }
  }
}
