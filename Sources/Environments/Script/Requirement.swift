import Essentials
import Functions
import HostSupport

/// A package that is asked for, as PEP 508 has it: `numpy>=2`, `httpx[http2]`, `pkg @ https://... ; marker`.
///
/// An installer reads more than these in a line: options (`-e`, `-r`, `--index-url`), and, where a line has a second one in
/// it, that. So a text that has anything else is none.
struct Requirement {
  let text: String
  /// The package's name, in the form in which two that are the same are equal.
  let name: String
  /// Where it is to be taken from, if it says so.
  let address: String?
  /// Whether it is asked for only where some condition holds.
  let hasMarker: Bool

  /// Nil for a text that is no requirement.
  init?(_ text: String) {
    // Installers split at more characters than one would think, and join lines that end with a backslash.
    let isOneLine = text.unicodeScalars.allSatisfy { scalar in
      scalar == "\t"
        || (scalar.properties.generalCategory != .control && !["\\", "\u{2028}", "\u{2029}"].contains(scalar))
    }
    guard isOneLine, let match = Self.match(text) else { return nil }
    let marker = match.marker ?? ""
    guard !marker.split(whereSeparator: \.isWhitespace).contains(where: { $0.hasPrefix("-") }) else { return nil }
    self.text = text
    name = Self.normal(match.name)
    address = match.address.map(String.init)
    hasMarker = match.marker != nil
  }

  private static func match(_ text: String) -> (name: Substring, address: Substring?, marker: Substring?)? {
    let name = /\s*([A-Za-z0-9](?:[A-Za-z0-9._\-]*[A-Za-z0-9])?)\s*(?:\[[A-Za-z0-9._,\s\-]*\]\s*)?/
    guard let head = text.prefixMatch(of: name) else { return nil }
    let rest = text[head.range.upperBound...]
    if let direct = rest.wholeMatch(of: /@\s*(\S+)(?:\s+;(.*))?\s*/) {
      return (head.output.1, direct.output.1, direct.output.2)
    }
    let form =
      #/
      (?:
        \(\s* (?:===|~=|==|!=|<=|>=|<|>) \s* [A-Za-z0-9._*+!\-]+
          (?: \s*,\s* (?:===|~=|==|!=|<=|>=|<|>) \s* [A-Za-z0-9._*+!\-]+ )* \s*\)
      | (?:===|~=|==|!=|<=|>=|<|>) \s* [A-Za-z0-9._*+!\-]+
          (?: \s*,\s* (?:===|~=|==|!=|<=|>=|<|>) \s* [A-Za-z0-9._*+!\-]+ )* (?:\s*,)?
      )?
      \s* (?: ; (.*) )?
    /#
    guard let named = rest.wholeMatch(of: form) else { return nil }
    return (head.output.1, nil, named.output.1)
  }

  /// A package's name, where letters' case, dots, dashes and underscores do not count.
  static func normal(_ name: some StringProtocol) -> String {
    name.lowercased().split(whereSeparator: { "-_.".contains($0) }).joined(separator: "-")
  }
}

extension Requirement {
  /// Whether the address, with the variables of a process environment in it, has a name or a password.
  var hasUser: Bool { address.map { Secrets.withoutUsers($0) != $0 } ?? false }

  /// Sees to it that installing it runs no code of its own, unless that is allowed: an installer's option that only wheels are
  /// installed does not hold, with pip, for what is given by its address.
  ///
  /// - Parameters:
  ///   - asker: what asks for it, as in "shop.py".
  ///   - options: whether packages may be built, and the variables that installers put into an address.
  /// - Throws: `EnvironmentError` with code `badRequirement`.
  func check(for asker: String, _ options: EnvironmentOptions) throws(EnvironmentError) {
    guard let address else { return }
    let place = PackageAddress(address, options.environment)
    let shown = "'\(Secrets.withoutUsers(text))'"
    if place.isRelative {
      throw EnvironmentError(
        .badRequirement,
        """
        \(asker) asks for \(shown), a relative address, and nothing says relative to what; write the whole one, as in \
        "\(name) @ file:///home/me/\(name)-1.0-py3-none-any.whl".
        """)
    }
    guard options.allowsBuilds || place.isWheel else {
      throw EnvironmentError(
        .badRequirement,
        """
        \(asker) asks for \(shown), which is no wheel (a file .whl) and would have to be built, which runs code of its own \
        outside of any policy. Name a wheel, or let it be built with --allow-builds.
        """)
    }
  }
}

/// The address that a package is to be taken from: a URL, or a path.
struct PackageAddress {
  private let scheme: String
  /// What comes behind the scheme.
  private let rest: Substring

  /// - Parameter environment: the variables that installers put in the place of `${NAME}`.
  init(_ text: String, _ environment: [String: String]) {
    let whole = text.replacing(/\$\{([A-Za-z0-9_]+)\}/) { environment[String($0.output.1)] ?? String($0.output.0) }
    guard let found = whole.prefixMatch(of: /([A-Za-z][A-Za-z0-9+.\-]*):/) else {
      (scheme, rest) = ("", whole[...])
      return
    }
    scheme = found.output.1.lowercased()
    rest = whole[found.range.upperBound...]
  }

  /// Whether it depends on the folder that an installer runs in.
  var isRelative: Bool {
    switch scheme {
    case "": !rest.hasPrefix("/") && !rest.hasPrefix("${")
    case "file": path == nil
    default: false
    }
  }

  /// Whether it is the file of a wheel. Only what is surely one counts.
  var isWheel: Bool {
    guard ["", "file", "http", "https"].contains(scheme) else { return false }
    let address = rest.prefix { !"?#;".contains($0) }
    guard address.hasSuffix(".whl") else { return false }
    // A folder can have any name.
    return path.map { !ResolvedPath.isFolder($0) } ?? true
  }

  /// The file that it names; nil where that is relative, or on another machine.
  private var path: String? {
    guard scheme == "file" || scheme.isEmpty else { return nil }
    var path = rest.prefix { !"?#;".contains($0) }
    if path.hasPrefix("//"), scheme == "file" {
      path = path.dropFirst(2)
      let host = path.prefix { $0 != "/" }
      guard host.isEmpty || host == "localhost" else { return nil }
      path = path[host.endIndex...]
    }
    guard path.hasPrefix("/") else { return nil }
    return scheme == "file" ? Secrets.decoded(String(path)) : String(path)
  }
}
