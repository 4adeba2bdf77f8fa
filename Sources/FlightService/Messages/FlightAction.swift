package import Columnar

/// What a client asks a server for that is no function.
package enum FlightAction: String, CaseIterable, Sendable {
  /// Which version of the protocol of function servers is spoken.
  case protocolVersion = "protocol_version"

  /// Reads the request.
  ///
  /// - Throws: `FlightError`: `invalidArgument`, or `unimplemented` for an action that is not known.
  package init(request: Buffer) throws(FlightError) {
    var reader = ProtobufReader(request)
    var type = ""
    while let (number, value) = try reader.next() {
      if number == 1, case .bytes(let bytes) = value { type = bytes.text ?? "" }
    }
    guard let action = FlightAction(rawValue: type) else {
      throw FlightError(
        .unimplemented,
        "there is no action '\(type.prefix(100))'; there is: \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = action
  }

  /// What the server answers: a `Result`.
  package var answer: [UInt8] {
    var writer = ProtobufWriter()
    switch self {
    // Version 2 sends decimal numbers and JSON as text, marked by the extension types `arrowudf.decimal` and `arrowudf.json`.
    case .protocolVersion: writer.bytes(1, [2])
    }
    return writer.bytes
  }

  /// What `ListActions` says of it: an `ActionType`.
  package var listing: [UInt8] {
    var writer = ProtobufWriter()
    writer.text(1, rawValue)
    switch self {
    case .protocolVersion: writer.text(2, "The version of the protocol for functions, one byte.")
    }
    return writer.bytes
  }
}
