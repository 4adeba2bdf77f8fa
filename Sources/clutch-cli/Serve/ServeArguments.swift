import HostSupport

/// The options of `clutch serve` that do not stand on its command line: in the environment, and in a file of settings.
///
/// They become arguments in front of those that were given, where these do not say the same option; the environment counts
/// before the file. So every option can be set in each of the three places, and is checked in the same way.
enum ServeArguments {
  private static let prefix = "CLUTCH_SERVE_"
  /// Options without a value.
  static let flags: Set<String> = [
    "allow-builds", "allow-signature-changes", "allow-threads", "check", "offline", "row-errors", "stdio", "watch",
  ]

  /// - Parameter arguments: those after `serve`.
  /// - Throws: `CommandError` for settings that cannot be read.
  static func complete(_ arguments: [String], _ environment: [String: String]) throws -> [String] {
    // After "--" there are only files.
    let options = arguments.prefix { $0 != "--" }
    let file = configurationFile(Array(options)) ?? environment[prefix + "CONFIG"]
    var settings = try file.map(settings) ?? [:]
    for (name, value) in environment where name.hasPrefix(prefix) && name != prefix + "CONFIG" {
      // What Kubernetes sets for a service that is called clutch-serve.
      if value.hasPrefix("tcp://") || name.contains("_SERVICE_") || name.contains("_PORT_") { continue }
      let option = name.dropFirst(prefix.count).lowercased().replacing("_", with: "-")
      try check(option, in: "the environment variable \(name)")
      settings[option] = Setting(values: [value], place: "the environment variable \(name)")
    }
    for option in options where option.hasPrefix("--") {
      let name = option.dropFirst(2).prefix { $0 != "=" }
      settings[String(name)] = nil
      if name.hasPrefix("no-") { settings[String(name.dropFirst(3))] = nil }
    }
    let files = settings.removeValue(forKey: "files")?.values ?? []
    return try settings.sorted { $0.key < $1.key }.flatMap { try given($0.key, $0.value) }
      // A name that begins like an option is one of a file all the same.
      + files.map { $0.hasPrefix("-") ? "./\($0)" : $0 } + arguments
  }

  /// What an option is set to, and where.
  private struct Setting {
    let values: [String]
    let place: String
  }

  private static func configurationFile(_ options: [String]) -> String? {
    for (index, option) in options.enumerated().reversed() {
      if option.hasPrefix("--config=") { return String(option.dropFirst("--config=".count)) }
      if option == "--config", index + 1 < options.count { return options[index + 1] }
    }
    return nil
  }

  private static func settings(_ file: String) throws -> [String: Setting] {
    try SettingsFile.read(file).reduce(into: [:]) { settings, entry in
      let values =
        switch entry.value {
        case .list(let items): items
        case .single(let text): [text]
        }
      let option = entry.key.replacing("_", with: "-")
      try check(option, in: file)
      settings[option] = Setting(values: values, place: file)
    }
  }

  /// - Throws: `CommandError` for what is no name of an option that can be set elsewhere than on the command line.
  private static func check(_ name: String, in place: String) throws {
    guard name.allSatisfy({ $0.isLowercase || $0 == "-" }), name.first?.isLowercase == true, name != "config" else {
      throw CommandError(
        "\(place): '\(name.cut(to: TextLimit.name))' is no option of clutch serve; see clutch serve --help.")
    }
  }

  /// An option as the command line has it.
  private static func given(_ name: String, _ setting: Setting) throws -> [String] {
    guard flags.contains(name) else { return setting.values.map { "--\(name)=\($0)" } }
    return try setting.values.flatMap { value in
      switch value.lowercased() {
      case "true", "1", "yes", "on": return ["--\(name)"]
      case "false", "0", "no", "off", "": return []
      default:
        throw CommandError("\(setting.place): \(name) is '\(value.cut(to: TextLimit.name))'; it takes true or false.")
      }
    }
  }
}
