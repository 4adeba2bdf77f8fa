/// The packages that a source is loaded with, beside the standard library and those of the Python that runs.
public struct UDFEnvironment: Sendable, Hashable, Codable {
  /// An installed package.
  public struct Distribution: Sendable, Hashable, Codable {
    /// Its name, as indexes compare names: in lower case, with `-` where there may be `_` or `.`.
    public let name: String
    /// Its version.
    public let version: String

    /// A package from its parts.
    public init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The folders of packages, absolute; they are searched in this order before those of the Python that runs.
  public var sitePackages: [String]
  /// The environment's own Python program; nil for folders that have none.
  public var python: String?
  /// The version of CPython that its compiled modules are for, as in `3.13`; nil where nothing says.
  public var pythonVersion: String?
  /// What is installed in it; empty where nothing says.
  public var distributions: [Distribution]

  /// An environment of these folders.
  public init(
    sitePackages: [String] = [], python: String? = nil, pythonVersion: String? = nil, distributions: [Distribution] = []
  ) {
    self.sitePackages = sitePackages
    self.python = python
    self.pythonVersion = pythonVersion
    self.distributions = distributions
  }
}
