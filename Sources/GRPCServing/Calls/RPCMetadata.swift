#if Server
  import Essentials
  import NIOHPACK

  /// The headers of a request, in the order in which they came. A name may be there more than once.
  package struct RPCMetadata: Sendable {
    private let headers: HPACKHeaders

    init(_ headers: HPACKHeaders) {
      self.headers = headers
    }

    /// - Parameter fields: Names in lower case, with their values.
    package init(_ fields: [(name: String, value: String)]) {
      headers = HPACKHeaders(fields.map { ($0.name, $0.value) })
    }

    /// The first value of a name, which is to be given in lower case.
    package subscript(name: String) -> String? { headers.first(name: name) }

    /// All values of a name, one for each time that it was sent. A value with commas stays one value.
    package func all(_ name: String) -> [String] { headers[name] }

    /// The values of a binary header, whose name ends with `-bin`. They travel as base64, with or without padding, and a
    /// sender may join several with commas. A value that is no base64 is left out.
    package func binary(_ name: String) -> [[UInt8]] {
      headers[name].flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.compactMap { text in
        let bare = Self.withoutBlanks(text).prefix { $0 != "=" }
        let padding = String(repeating: "=", count: (4 - bare.utf8.count % 4) % 4)
        return Data(base64Encoded: bare + padding).map(Array.init)
      }
    }

    /// A value of a list, which blanks may stand around.
    private static func withoutBlanks(_ text: Substring) -> Substring {
      var text = text.drop { $0 == " " || $0 == "\t" }
      while text.last == " " || text.last == "\t" { text.removeLast() }
      return text
    }
  }
#endif
