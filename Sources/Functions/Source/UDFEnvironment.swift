/// The packages that a source is loaded with, beside the standard library and those of the Python that runs.
public struct UDFEnvironment: Sendable, Hashable, Codable {
  /// The folders of packages, absolute; they are searched in this order before those of the Python that runs.
  public var sitePackages: [String]

  /// An environment of these folders.
  public init(sitePackages: [String] = []) { self.sitePackages = sitePackages }
}
