internal import CDuckDBABI
internal import Synchronization

/// A DuckDB library that was found and loaded at run time.
///
/// The library stays loaded until the process ends: threads of its own may still be running, and
/// unloading C++ libraries is not safe in general. Loading a file again gives the same instance.
/// Two different libraries can be loaded in one process.
///
/// Can be used from any thread.
public final class DuckDBLibrary: @unchecked Sendable {
  // Sendable because the table of functions is filled before the instance exists, is never written
  // again and is never freed.

  /// The file that was loaded, with symbolic links resolved; a bare name if the system's search
  /// found it.
  public let path: String
  /// The version as the library names it, such as `v1.5.5`.
  public let version: String

  /// Whether a function that is not volatile is called for every value of a vector's dictionary, also for values that no
  /// row has (any more), on which it may fail. Before 2.0 functions of the C API count as never failing.
  var callsForUnusedValues: Bool { DuckDBVersion(version).map { $0 < DuckDBVersion(major: 2, minor: 0) } ?? true }
  /// Whether the rows of a prepared query are computed on one thread if their order is kept, but in a materialised CTE on
  /// all, still in order and one by one. So it is since 2.0; before that a CTE mixes up the rows.
  var streamsCTEsInOrder: Bool { DuckDBVersion(version).map { $0 >= DuckDBVersion(major: 2, minor: 0) } ?? false }
  /// Whether a statement that is refused when it is bound ends the user's transaction, unless a setting says otherwise.
  var endsTransactionsAtRefusals: Bool {
    DuckDBVersion(version).map { $0 >= DuckDBVersion(major: 2, minor: 0) } ?? false
  }
  /// Whether it passes aggregate functions no states but real ones. Before 2.0 an update for `ORDER BY` within a call, or for
  /// a window that is the whole partition, came with addresses of which only the first was a state's.
  var hasSoundAggregates: Bool { DuckDBVersion(version).map { $0 >= DuckDBVersion(major: 2, minor: 0) } ?? false }
  /// Where the file was found first.
  public let origin: DuckDBCandidate.Origin

  /// The functions of the C interface, valid for ever.
  let functions: UnsafePointer<DuckDBFunctions>

  private init(image: LoadedImage, place: LibrarySearch.Place) {
    path = LoadedImage.resolvedPath(place.path) ?? place.path
    version = image.version
    origin = place.origin
    functions = image.functions
  }

  /// Finds and loads a library.
  ///
  /// The order: `explicitPath`, the variable `CLUTCH_DUCKDB`, the usual places of the system, the
  /// Python packages `duckdb` and then `bareduckdb`. A path that was given, be it as an argument or
  /// by the variable, must work: nothing else is tried in its stead.
  ///
  /// Code in the library runs when it is loaded, so name only files that you trust.
  ///
  /// - Parameters:
  ///   - explicitPath: a library to take, or nil to search.
  ///   - environment: where `CLUTCH_DUCKDB` is looked up.
  ///   - sitePackages: `site-packages` folders, for the Python packages.
  ///   - pythonLibrary: the path of libpython. The package `duckdb` needs its symbols, so it is
  ///     loaded with global visibility before that package is tried. Python is not initialised.
  /// - Throws: `libraryNotFound`, with everything that was tried; for a given path also
  ///   `libraryTooOld` or `missingSymbol`.
  public static func load(
    explicitPath: String? = nil, environment: [String: String], sitePackages: [String] = [],
    pythonLibrary: String? = nil
  ) throws(DuckDBError) -> DuckDBLibrary {
    let search = LibrarySearch(
      explicitPath: explicitPath, environment: environment, sitePackages: sitePackages)
    let (library, candidates) = resolve(search, pythonLibrary: pythonLibrary)
    if let library { return library }
    if let only = candidates.first, candidates.count == 1, case .refused(let error) = only.outcome {
      throw DuckDBError(error.code, "cannot use \(only.path) (\(only.origin)): \(error.message)")
    }
    let tried = candidates.map { "\n  \($0)" }.joined()
    throw DuckDBError(
      .libraryNotFound,
      "no DuckDB library was found. Install one, for instance with `pip install duckdb`, or name its "
        + "file in \(LibrarySearch.environmentVariable). Tried:\(tried)")
  }

  /// What ``load(explicitPath:environment:sitePackages:pythonLibrary:)`` would try, in order: the
  /// refused ones and, at the end, the accepted one if there is one. Loads that one.
  public static func candidates(
    explicitPath: String? = nil, environment: [String: String], sitePackages: [String] = [],
    pythonLibrary: String? = nil
  ) -> [DuckDBCandidate] {
    let search = LibrarySearch(
      explicitPath: explicitPath, environment: environment, sitePackages: sitePackages)
    return resolve(search, pythonLibrary: pythonLibrary).candidates
  }

  /// Whether a library is the Python package's, which needs libpython's symbols; told by the file's name.
  package static func needsPython(_ path: String) -> Bool { LibrarySearch.isExtensionModule(path) }

  private static func resolve(
    _ search: LibrarySearch, pythonLibrary: String?
  ) -> (library: DuckDBLibrary?, candidates: [DuckDBCandidate]) {
    var candidates: [DuckDBCandidate] = []
    for place in search.places() {
      do throws(DuckDBError) {
        let library = try open(place, pythonLibrary: pythonLibrary)
        let outcome = DuckDBCandidate.Outcome.accepted(version: library.version)
        candidates.append(
          DuckDBCandidate(path: place.path, origin: place.origin, outcome: outcome))
        return (library, candidates)
      } catch {
        candidates.append(
          DuckDBCandidate(path: place.path, origin: place.origin, outcome: .refused(error)))
      }
    }
    return (nil, candidates)
  }

  /// By the loader's handle.
  private static let loaded = Mutex<[UInt: DuckDBLibrary]>([:])

  private static func open(
    _ place: LibrarySearch.Place, pythonLibrary: String?
  ) throws(DuckDBError) -> DuckDBLibrary {
    try loaded.withLock { loaded throws(DuckDBError) in
      let handle = try LoadedImage.open(place, pythonLibrary: pythonLibrary)
      let key = UInt(bitPattern: handle)
      if let library = loaded[key] {
        // The loader answers a bare name with any library in memory that goes by it.
        if place.path.contains("/") || library.path == place.path { return library }
        throw DuckDBError(.libraryNotFound, "only \(library.path) goes by that name")
      }
      let library = DuckDBLibrary(image: try LoadedImage(handle: handle), place: place)
      loaded[key] = library
      return library
    }
  }
}
