import PythonRuntime

/// A compiled package that does not load in an isolated interpreter.
///
/// CPython refuses such a module in words of its own, which many packages replace by theirs, of a bad installation, or
/// say nothing until they are used.
struct RefusedPackage {
  /// The package that the user's code asked for.
  let name: String
  /// The module that CPython refused, when the exception says.
  let module: String?
  /// Where in the user's code it was asked for, for the beginning of a message: "file.py, line 3: ", or "".
  let place: String

  /// Packages that are known to be refused, to tell which one was asked for, and for those that hide why they failed.
  private static let known: Set<String> = [
    "numpy", "pandas", "pyarrow", "polars", "duckdb", "scipy", "sklearn", "pydantic", "lxml", "regex", "nltk",
    "cryptography", "cffi", "orjson", "h3", "shapely", "charset_normalizer", "jsonschema", "msgspec", "tiktoken",
    "zstandard", "ujson", "torch", "tensorflow",
  ]

  /// The package behind an exception, or nil when there is none.
  init?(_ error: PythonError) {
    guard ["ImportError", "ModuleNotFoundError", "NameError", "PermissionError"].contains(error.typeName) else {
      return nil
    }
    var chain = [error]
    while let earlier = chain.last?.earlier { chain.append(earlier) }
    let asked = error.traceback.lazy.compactMap { Self.package(of: $0.file) }.first
    if let refused = chain.lazy.compactMap({ Self.refusedModule($0.message) }).first {
      module = refused
      name = asked ?? refused.split(separator: ".").first.map(String.init) ?? refused
    } else if let asked, Self.hidesRefusal(error, of: asked) {
      module = nil
      name = asked
    } else {
      return nil
    }
    let own = error.traceback.first { !$0.isHidden }
    place = own.map { "\($0.file), line \($0.line): " } ?? ""
  }

  /// The module in "module numpy._core._multiarray_umath does not support loading in subinterpreters".
  private static func refusedModule(_ message: String) -> String? {
    guard let end = message.firstRange(of: " does not support loading in subinterpreters") else { return nil }
    let before = message[..<end.lowerBound]
    guard let start = before.ranges(of: "module ").last else { return nil }
    return before[start.upperBound...].split(whereSeparator: \.isWhitespace).first.map(String.init)
  }

  /// Whether a package that is known to be refused fails as one does that keeps CPython's words to itself. Polars loads
  /// without its compiled part, and does not find the names that it has from there.
  private static func hidesRefusal(_ error: PythonError, of package: String) -> Bool {
    switch error.typeName {
    case "ImportError": known.contains(package)
    // Without its compiled part it looks for another way into native code, which a policy denies in isolated interpreters.
    case "ModuleNotFoundError", "PermissionError":
      known.contains(package) && error.message.contains(" denies native code: ")
    case "NameError": package == "polars" && error.message.hasPrefix("name 'Py")
    default: false
    }
  }

  /// The package that a file belongs to: that of a folder of installed packages, or a known one.
  private static func package(of file: String) -> String? {
    let parts = file.split(separator: "/").map { $0.hasSuffix(".py") ? String($0.dropLast(3)) : String($0) }
    if let folder = parts.lastIndex(where: { $0 == "site-packages" || $0 == "dist-packages" }), folder + 1 < parts.count
    {
      return parts[folder + 1]
    }
    return file.hasPrefix("/") ? parts.dropFirst().first { known.contains($0) } : nil
  }

  /// Why it cannot be used, in one sentence without a full stop.
  var reason: String {
    let detail = module.map { $0 == name ? "" : " (its compiled module \($0) refuses to load)" } ?? ""
    return "\(name) does not support isolated interpreters\(detail)"
  }

  /// What to tell a user whose functions stay where they are.
  var explanation: String { Self.explanation(reason) }

  /// The same of a package that is told in words already.
  static func explanation(_ reason: String) -> String {
    """
    \(reason), and this file's functions run in one. It belongs in worker processes: mark a function \
    @udf(placement="worker"), or pass --placement worker (in a program, set placement of HostOptions)
    """
  }
}
