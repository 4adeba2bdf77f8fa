import Essentials

/// Colours, where the output is a terminal and the user has nothing against them.
public struct Palette: Sendable {
  /// Whether texts have colours.
  public let isOn: Bool

  /// Whether a descriptor takes colours: `NO_COLOR` is not set, or empty, and `TERM` is not `dumb`.
  public init(for descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    isOn =
      isatty(descriptor) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
      && !["", "dumb"].contains(environment["TERM"] ?? "")
  }

  /// Colours or none.
  init(isOn: Bool) { self.isOn = isOn }

  func failure(_ text: String) -> String { styled(text, "1;31") }
  func mark(_ text: String) -> String { styled(text, "31") }
  func pale(_ text: String) -> String { styled(text, "2") }
  func strong(_ text: String) -> String { styled(text, "1") }

  private func styled(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
