#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The places where a library may be, in the order in which they are tried.
struct LibrarySearch {
  struct Place: Hashable {
    var path: String
    var origin: DuckDBCandidate.Origin
    /// The `duckdb` wheel is an extension module: it resolves `Py*` symbols when it is loaded.
    var needsPython: Bool { origin == .duckdbWheel || LibrarySearch.isExtensionModule(path) }
    /// Named by a person: when it does not work, nothing else is tried in its stead.
    var isBinding: Bool { origin == .explicit || origin == .environment }
  }

  static let environmentVariable = "CLUTCH_DUCKDB"

  #if canImport(Darwin)
    static let fileName = "libduckdb.dylib"
  #else
    static let fileName = "libduckdb.so"
  #endif

  static let systemFolders = [
    "/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/local/lib",
    "/opt/homebrew/lib",
  ]

  var explicitPath: String?
  var environment: [String: String]
  var sitePackages: [String]

  func places() -> [Place] {
    if let explicitPath { return [Place(path: explicitPath, origin: .explicit)] }
    if let path = environment[Self.environmentVariable], !path.isEmpty {
      return [Place(path: path, origin: .environment)]
    }
    var places = Self.systemFolders.map { Place(path: "\($0)/\(Self.fileName)", origin: .system) }
    places.append(Place(path: Self.fileName, origin: .system))
    for folder in sitePackages {
      for place in [folder, "\(folder)/duckdb"] {
        let files = Self.files(in: place).filter(Self.isExtensionModule)
        places += files.map { Place(path: "\(place)/\($0)", origin: .duckdbWheel) }
      }
    }
    // A missing package is worth a line of its own in the report, so its file is not looked for here.
    places += sitePackages.map {
      Place(path: "\($0)/bareduckdb/_libs/\(Self.fileName)", origin: .bareduckdbWheel)
    }
    return places
  }

  /// Whether a file is the `duckdb` wheel's, by its name.
  static func isExtensionModule(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("_duckdb") && name.hasSuffix(".so")
  }

  private static func files(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }
}
