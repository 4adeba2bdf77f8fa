import HostSupport

/// The options of `clutch serve` that do not stand on its command line: in the environment, and in a file of settings.
///
/// Both become arguments in front of those that were given, of which the last counts. So every option can be set in each of
/// the three places, and is checked in the same way.
enum ServeArguments {
  private static let prefix = "CLUTCH_SERVE_"
  /// Options without a value.
  static let flags: Set<String> = [
    "allow-signature-changes", "allow-threads", "check", "row-errors", "stdio", "watch",
  ]

  /// - Parameter arguments: those after `serve`.
  /// - Throws: `CommandError` for settings that cannot be read.
  static func complete(_ arguments: [String], _ environment: [String: String]) throws -> [String] {
    let fromEnvironment = try environment.keys.sorted().flatMap { name -> [String] in
      guard name.hasPrefix(prefix), let value = environment[name], name != prefix + "CONFIG" else { return [] }
      // What Kubernetes sets for a service that is called clutch-serve.
      if value.hasPrefix("tcp://") || name.contains("_SERVICE_") || name.contains("_PORT_") { return [] }
      let option = name.dropFirst(prefix.count).lowercased().replacing("_", with: "-")
      return try self.option(option, value, in: "the environment variable \(name)")
    }
    guard let file = configurationFile(arguments) ?? environment[prefix + "CONFIG"] else {
      return fromEnvironment + arguments
    }
    return try settings(file) + fromEnvironment + arguments
  }

  private static func configurationFile(_ arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated().reversed() {
      if argument.hasPrefix("--config=") { return String(argument.dropFirst("--config=".count)) }
      if argument == "--config", index + 1 < arguments.count { return arguments[index + 1] }
    }
    return nil
  }

  private static func settings(_ file: String) throws -> [String] {
    let values = try SettingsFile.read(file)
    return try values.sorted { $0.key < $1.key }.flatMap { name, value in
      let option = name.replacing("_", with: "-")
      return switch value {
      // Files of functions stand by themselves on the command line.
      case .list(let items) where option == "files": items
      case .list(let items): try items.flatMap { try self.option(option, $0, in: file) }
      case .single(let text) where option == "files": [text]
      case .single(let text): try self.option(option, text, in: file)
      }
    }
  }

  private static func option(_ name: String, _ value: String, in place: String) throws -> [String] {
    guard name.allSatisfy({ $0.isLowercase || $0 == "-" }), name.first?.isLowercase == true, name != "config" else {
      throw CommandError(
        "\(place): '\(name.cut(to: TextLimit.name))' is no option of clutch serve; see clutch serve --help.")
    }
    guard flags.contains(name) else { return ["--\(name)=\(value)"] }
    switch value.lowercased() {
    case "true", "1", "yes", "on": return ["--\(name)"]
    case "false", "0", "no", "off", "": return []
    default:
      throw CommandError("\(place): \(name) is '\(value.cut(to: TextLimit.name))'; it takes true or false.")
    }
  }
}
