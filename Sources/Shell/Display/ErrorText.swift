import HostSupport
import PythonRuntime
import PythonUDF
import Tabular

/// Errors as a shell shows them.
struct ErrorText {
  let palette: Palette

  /// - Parameter exception: the error of a function that is behind this one, if one is.
  func text(of error: any Error, behind function: UDFError? = nil) -> String {
    guard let function, let exception = function.exception else {
      return "\(palette.failure("Error:")) \(Self.harmless("\(error)"))\n"
    }
    let pictured = exception.described { frame in picture(of: frame) }
    return "\(palette.failure("Error:")) \(Self.harmless(function.message))\n\(Self.harmless(pictured))\n"
      .replacing(scalar: Self.markStart, with: palette.isOn ? "\u{1B}[31m" : "")
      .replacing(scalar: Self.markEnd, with: palette.isOn ? "\u{1B}[0m" : "")
  }

  // Two characters that no text of a person has, around what is to be coloured once everything else is harmless.
  private static let markStart: Unicode.Scalar = "\u{E0FF0}"
  private static let markEnd: Unicode.Scalar = "\u{E0FF1}"

  /// A frame with carets under what of its line was at work.
  private func picture(of frame: PythonError.Frame) -> String {
    guard let source = frame.source, let columns = frame.columns, columns.upperBound <= source.count else {
      return frame.description
    }
    let before = DisplayWidth.of(String(source.prefix(columns.lowerBound)))
    let width = DisplayWidth.of(String(source.dropFirst(columns.lowerBound).prefix(columns.count)))
    let carets = String(repeating: "^", count: max(1, width))
    return "\(frame)\n    \(String(repeating: " ", count: before))\(Self.markStart)\(carets)\(Self.markEnd)"
  }

  /// Without control characters but line ends: values stand in messages.
  static func harmless(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if Self.isControl(scalar) {
        result += "\\x" + String(scalar.value, radix: 16)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
  }
}
