extension String {
  /// The text without the ends of lines before and behind it.
  package var trimmingNewlines: String { trimming(\.isNewline) }

  /// The text without the blanks before and behind it.
  package var trimmingBlanks: String { trimming { $0 == "\t" || $0.properties.generalCategory == .spaceSeparator } }

  private func trimming(_ isLeftOut: (Unicode.Scalar) -> Bool) -> String {
    let start = unicodeScalars.drop(while: isLeftOut)
    guard let end = start.lastIndex(where: { !isLeftOut($0) }) else { return "" }
    return String(start[...end])
  }

  /// The text with another one in the place of a scalar, also where that is a part of a character: behind a quote there may
  /// be a combining mark.
  package func replacing(scalar: Unicode.Scalar, with text: String) -> String {
    var result = String.UnicodeScalarView()
    for other in unicodeScalars {
      if other == scalar { result.append(contentsOf: text.unicodeScalars) } else { result.append(other) }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var isNewline: Bool { ("\n"..."\r").contains(self) || ["\u{85}", "\u{2028}", "\u{2029}"].contains(self) }
}
