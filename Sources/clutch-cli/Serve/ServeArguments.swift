import HostSupport

/// The options of `clutch serve` that do not stand on its command line: in the environment, and in a file of settings.
///
/// They become arguments in front of those that were given, where these do not say the same option; the environment counts
/// before the file. So every option can be set in each of the three places, and is checked in the same way. What is set to an
/// empty text is not set.
struct ServeArguments {
  private static let prefix = "CLUTCH_SERVE_"
  /// Options without a value.
  static let flags: Set<String> = [
    "allow-builds", "allow-signature-changes", "allow-threads", "check", "offline", "row-errors", "stdio", "watch",
  ]
  /// What may be there several times.
  static let lists: Set<String> = ["env", "files", "function", "policy", "with"]

  /// What an option is set to, and where.
  private struct Setting {
    let values: [SettingValue]
    let place: String

    init(_ values: [SettingValue], _ place: String) { (self.values, self.place) = (values, place) }
  }

  private let settings: [String: Setting]
  private let given: [String]

  /// - Parameter arguments: those after `serve`.
  /// - Throws: `CommandError` for settings that cannot be read.
  init(_ arguments: [String], _ environment: [String: String]) throws {
    // After "--" there are only files.
    let options = arguments.prefix { $0 != "--" }
    let file = Self.configurationFile(Array(options)) ?? environment[Self.prefix + "CONFIG"].flatMap(Self.nonEmpty)
    var settings = try file.map(Self.settings) ?? [:]
    for (name, value) in environment where name.hasPrefix(Self.prefix) && name != Self.prefix + "CONFIG" {
      // What Kubernetes sets for a service that is called clutch-serve.
      if value.hasPrefix("tcp://") || name.contains("_SERVICE_") || name.contains("_PORT_") || value.isEmpty {
        continue
      }
      let option = name.dropFirst(Self.prefix.count).lowercased().replacing("_", with: "-")
      let place = "the environment variable \(name)"
      try Self.check(option, in: place)
      settings[option] = Setting([.text(value)], place)
    }
    for option in options where option.hasPrefix("--") {
      let name = option.dropFirst(2).prefix { $0 != "=" }
      if Self.isEmpty(option) { continue }
      settings[String(name)] = nil
      if name.hasPrefix("no-") { settings[String(name.dropFirst(3))] = nil }
    }
    self.settings = settings
    // With nothing behind the sign the next argument would be taken for the value.
    given = options.filter { !Self.isEmpty($0) } + arguments.dropFirst(options.count)
  }

  /// The arguments after `serve`, with what is set elsewhere in front.
  func complete() throws -> [String] {
    let files = settings["files"]?.values.flatMap(\.texts) ?? []
    return try settings.filter { $0.key != "files" }.sorted { $0.key < $1.key }
      .flatMap { try Self.arguments($0.key, $0.value) }
      // A name that begins like an option is one of a file all the same.
      + files.map { $0.hasPrefix("-") ? "./\($0)" : $0 } + given
  }

  /// Where a setting comes from that has an error of its own.
  ///
  /// - Parameters:
  ///   - message: what is wrong with all arguments together.
  ///   - problem: what is wrong with arguments after `serve`.
  func place(of message: String, _ problem: ([String]) -> String?) -> String? {
    for (name, setting) in settings.sorted(by: { $0.key < $1.key }) where name != "files" {
      guard let arguments = try? Self.arguments(name, setting), !arguments.isEmpty else { continue }
      // With a file, since that one is missing is no error of the setting.
      if problem(arguments + ["file"]) == message { return setting.place }
    }
    return nil
  }

  private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

  private static func isEmpty(_ option: String) -> Bool {
    option.hasPrefix("--") && option.hasSuffix("=") && option.dropLast().allSatisfy { $0 != "=" }
  }

  private static func configurationFile(_ options: [String]) -> String? {
    for (index, option) in options.enumerated().reversed() {
      if option.hasPrefix("--config=") { return nonEmpty(String(option.dropFirst("--config=".count))) }
      if option == "--config", index + 1 < options.count { return options[index + 1] }
    }
    return nil
  }

  private static func settings(_ file: String) throws -> [String: Setting] {
    var settings: [String: Setting] = [:]
    for (key, value) in try SettingsFile.read(file).sorted(by: { $0.key < $1.key }) {
      let option = key.replacing("_", with: "-")
      try check(option, in: file)
      let place = "\(file): \(key)"
      guard settings[option] == nil else { throw CommandError("\(place): it is there as \(option), too.") }
      settings[option] = try setting(option, value, place)
    }
    return settings
  }

  /// - Returns: nil for one that is not set.
  private static func setting(_ option: String, _ value: SettingValue, _ place: String) throws -> Setting? {
    var values = [value]
    if case .list(let items) = value {
      guard lists.contains(option) else { throw CommandError("\(place) is a list; it takes one value.") }
      values = items
    }
    for case .truth(let truth) in values where !flags.contains(option) {
      throw CommandError("\(place) is \(truth); it takes a text or a number. A text stands in quotes.")
    }
    values.removeAll { $0 == .text("") }
    return values.isEmpty ? nil : Setting(values, place)
  }

  /// - Throws: `CommandError` for what is no name of an option that can be set elsewhere than on the command line.
  private static func check(_ name: String, in place: String) throws {
    guard name.allSatisfy({ $0.isLowercase || $0 == "-" }), name.first?.isLowercase == true, name != "config" else {
      throw CommandError(
        "\(place): '\(name.cut(to: TextLimit.name))' is no option of clutch serve; see clutch serve --help.")
    }
  }

  /// An option as the command line has it.
  private static func arguments(_ name: String, _ setting: Setting) throws -> [String] {
    let texts = setting.values.flatMap(\.texts)
    guard flags.contains(name) else { return texts.map { "--\(name)=\($0)" } }
    return try texts.flatMap { value in
      switch value.lowercased() {
      case "true", "1", "yes", "on": return ["--\(name)"]
      case "false", "0", "no", "off": return []
      default:
        throw CommandError("\(setting.place): \(name) is '\(value.cut(to: TextLimit.name))'; it takes true or false.")
      }
    }
  }
}
