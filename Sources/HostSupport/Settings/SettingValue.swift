/// The value of a setting in a file.
package enum SettingValue: Sendable, Equatable {
  case text(String)
  /// As the command line has it.
  case number(String)
  case truth(Bool)
  case list([SettingValue])

  /// As the command line would have it: of a list each of its values.
  package var texts: [String] {
    switch self {
    case .text(let text), .number(let text): [text]
    case .truth(let value): ["\(value)"]
    case .list(let values): values.flatMap(\.texts)
    }
  }
}
