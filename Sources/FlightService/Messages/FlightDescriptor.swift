package import Columnar

/// What a request is about: for a function server, the name of a function as the only element of a path.
package struct FlightDescriptor: Sendable {
  /// The message as it came, for answers that repeat it.
  package let encoded: [UInt8]
  /// The path's first element; nil for a descriptor without a path, such as a command.
  package let name: String?

  /// Reads one.
  ///
  /// - Throws: `FlightError` with `invalidArgument`.
  package init(_ bytes: Buffer) throws(FlightError) {
    encoded = bytes.array
    var reader = ProtobufReader(bytes)
    var name: String?
    while let (number, value) = try reader.next() {
      guard number == 3, case .bytes(let element) = value, name == nil else { continue }
      guard let text = element.text else {
        throw FlightError(.invalidArgument, "the path of the flight descriptor is not UTF-8 text")
      }
      name = text
    }
    self.name = name
  }

  /// The descriptor of a function.
  package init(name: String) {
    var writer = ProtobufWriter()
    writer.number(1, 1)
    writer.text(3, name)
    (encoded, self.name) = (writer.bytes, name)
  }

  /// The name.
  ///
  /// - Throws: `FlightError` with `invalidArgument` for a descriptor without a path.
  package func functionName() throws(FlightError) -> String {
    guard let name, !name.isEmpty else {
      throw FlightError(
        .invalidArgument,
        "the flight descriptor names no function; give a path whose first element is the function's name")
    }
    return name
  }
}
