import Essentials
import Functions
import HostSupport

/// The folder that environments are built in. Of one with the key K there are, beside each other:
///
/// - `K`, the environment, a virtual environment;
/// - `K.json`, which says what it is and that it is whole: made last, and removed first;
/// - `K.used`, which every process that uses it has locked, and whose time is that of the last use;
/// - `K.lock`, which whoever builds it has locked;
/// - `K.tmp-N`, what process N is building.
struct EnvironmentStore: Sendable {
  let folder: String

  /// - Throws: `EnvironmentError` with code `cacheNotUsable` when there is no place for environments.
  init(_ environment: [String: String]) throws(EnvironmentError) {
    guard let cache = CacheFolder(environment) else {
      throw EnvironmentError(
        .cacheNotUsable,
        """
        There is no folder for the environments of UDF files: set CLUTCH_CACHE to the absolute path of one that is yours alone \
        (none in a temporary folder is taken by itself, as its contents are run).
        """)
    }
    folder = cache.path + "/environments"
  }

  func environment(_ key: String) -> String { "\(folder)/\(key)" }
  func marker(_ key: String) -> String { "\(folder)/\(key).json" }
  func use(_ key: String) -> String { "\(folder)/\(key).used" }
  func lock(_ key: String) -> String { "\(folder)/\(key).lock" }
  /// What this process builds.
  func draft(_ key: String) -> String { "\(folder)/\(key).tmp-\(getpid())" }

  // MARK: The folder

  /// Makes the folder if it is not there.
  ///
  /// - Throws: `FileProblem`; `EnvironmentError` for one that others can put files into.
  func make() throws {
    if !FileManager.default.fileExists(atPath: folder) {
      var path = ""
      for part in folder.split(separator: "/") {
        path += "/\(part)"
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { continue }
        let code = errno
        // A system's folders need not be there to be written to, only to be passed.
        guard !FileManager.default.fileExists(atPath: path) else { continue }
        throw FileProblem(code, path)
      }
    }
    try check()
  }

  /// - Throws: `EnvironmentError` for a folder that others can put files into.
  func check() throws(EnvironmentError) {
    var status = stat()
    guard stat(folder, &status) == 0 else { throw FileProblem(errno, folder).error }
    // One of the system's administrator is as good as one's own: environments can be built into an image.
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() || status.st_uid == 0,
      status.st_mode & 0o022 == 0
    else {
      throw EnvironmentError(
        .cacheNotUsable,
        """
        \(folder) is no folder that only you can write to. What is in it is run: take away the permission of others \
        (chmod go-w), or set CLUTCH_CACHE to another folder.
        """)
    }
  }

  // MARK: Environments

  /// What is known of an environment that is whole; nil for any other.
  func record(_ key: String) -> EnvironmentRecord? {
    guard let data = FileManager.default.contents(atPath: marker(key)),
      let record = try? JSONDecoder().decode(EnvironmentRecord.self, from: data),
      record.format == EnvironmentRecord.currentFormat, ResolvedPath.isFolder(sitePackages(record, key))
    else { return nil }
    return record
  }

  func sitePackages(_ record: EnvironmentRecord, _ key: String) -> String {
    "\(environment(key))/\(record.sitePackages)"
  }

  /// Says of an environment that it is whole.
  ///
  /// - Throws: `FileProblem`.
  func write(_ record: EnvironmentRecord, _ key: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let draft = "\(marker(key)).tmp-\(getpid())"
    defer { unlink(draft) }
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileProblem(errno, draft) }
    defer { close(descriptor) }
    guard let content = try? encoder.encode(record), Bytes.write(Array(content), to: descriptor) else {
      throw FileProblem(ENOSPC, draft)
    }
    guard fsync(descriptor) == 0, rename(draft, marker(key)) == 0 else { throw FileProblem(errno, draft) }
  }

  /// All keys of which there is something.
  func keys() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let keys = names.map { String($0.prefix { $0 != "." }) }
    return Set(keys.filter { $0.count == 64 && $0.allSatisfy(\.isHexDigit) }).sorted()
  }

  /// Whether there is more of an environment than its locks, which a build that failed leaves.
  func hasFiles(of key: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { $0.hasPrefix(key) && $0 != key + ".lock" && $0 != key + ".used" }
  }

  /// Removes what there is of an environment but for its locks, one of which must be held.
  func remove(_ key: String) {
    unlink(marker(key))
    Self.removeTree(environment(key))
    removeDrafts(key)
  }

  func removeDrafts(_ key: String) {
    for name in drafts(of: key) { Self.removeTree("\(folder)/\(name)") }
  }

  /// What processes build of an environment, or have begun to.
  func drafts(of key: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("\(key).tmp-") || $0.hasPrefix("\(key).json.tmp-") }
  }

  /// Removes what builds, of any environment, have left whose processes were killed.
  func removeDeadDrafts() {
    for key in keys() where !drafts(of: key).isEmpty {
      // Whoever builds it has it.
      guard let building = try? FileLock(lock(key), .exclusive) else { continue }
      removeDrafts(key)
      if !hasFiles(of: key), let using = try? FileLock(use(key), .exclusive) {
        unlink(use(key))
        unlink(lock(key))
        withExtendedLifetime(using) {}
      }
      withExtendedLifetime(building) {}
    }
  }
}

/// What is known of an environment that is whole.
struct EnvironmentRecord: Codable, Sendable {
  static let currentFormat = 1

  var format = currentFormat
  /// The file that it was built for first.
  let source: String
  /// The packages that were asked for, without passwords in addresses.
  let requirements: [String]
  let isLocked: Bool
  /// The version of CPython, and its program then.
  let pythonVersion, python: String
  /// What it was installed with, as in "uv 0.9.1".
  let installer: String
  /// The folder of packages, in the environment's.
  let sitePackages: String
  let distributions: [UDFEnvironment.Distribution]
  let byteCount: Int
  let built: Date
}
