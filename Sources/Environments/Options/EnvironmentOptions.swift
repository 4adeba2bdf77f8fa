import Essentials

/// How the packages of sources are installed.
public struct EnvironmentOptions: Sendable {
  /// Packages beside those that a source names, as PEP 508 has them.
  public var packages: [String]
  /// Whether packages that have no wheel may be built, which runs code of theirs outside every policy.
  public var allowsBuilds: Bool
  /// The index that packages are taken from; nil for what uv's or pip's own settings say. It may have a name and a password,
  /// which appear in no message.
  public var indexURL: String?
  /// Whether nothing may be loaded from a network: packages then come from uv's cache, and from folders that its own settings
  /// name.
  public var isOffline: Bool
  /// How long building an environment, or waiting for another process that does, may take; nil for any time.
  public var buildTimeout: Duration?
  /// The process environment: `PATH`, the settings of uv and pip, and where the cache is (`CLUTCH_CACHE`, `XDG_CACHE_HOME`,
  /// `HOME`).
  public var environment: [String: String]
  /// Told what is going on while an environment is built, a line at a time and without passwords; on the thread that builds.
  public var progress: @Sendable (String) -> Void
  /// Asked several times a second while an environment is built, and once it says no, the build is given up.
  public var isWanted: @Sendable () -> Bool
  /// What installs; nil for uv where there is one, else pip.
  package var installer: InstallerKind?

  /// Options, each with its default unless given.
  public init(
    packages: [String] = [], allowsBuilds: Bool = false, indexURL: String? = nil, isOffline: Bool = false,
    buildTimeout: Duration? = .seconds(3600), environment: [String: String]? = nil,
    progress: @escaping @Sendable (String) -> Void = { _ in }, isWanted: @escaping @Sendable () -> Bool = { true }
  ) {
    self.packages = packages
    self.allowsBuilds = allowsBuilds
    self.indexURL = indexURL
    self.isOffline = isOffline
    self.buildTimeout = buildTimeout
    self.environment = environment ?? ProcessInfo.processInfo.environment
    self.progress = progress
    self.isWanted = isWanted
  }
}
