import ArrowIPC
internal import Columnar

/// What a function takes and gives, as `GetFlightInfo` and `ListFlights` say it.
package enum FlightInfo {
  /// - Parameter descriptor: what was asked for, which the answer repeats.
  /// - Throws: `FlightError`.
  package static func encoded(_ function: ServedFunction, _ descriptor: FlightDescriptor) throws(FlightError) -> [UInt8]
  {
    var writer = ProtobufWriter()
    writer.bytes(1, try schema(function))
    writer.bytes(2, descriptor.encoded)
    // How many of the fields are arguments. Clients take a missing number for none.
    writer.number(4, Int64(function.arguments.count))
    return writer.bytes
  }

  /// The schema as an IPC message with its frame: the arguments, then the result.
  package static func schema(_ function: ServedFunction) throws(FlightError) -> [UInt8] {
    do throws(IPCError) {
      return try MessageEncoder(schema: Schema(function.arguments + function.results)).schemaMessage.bytes
    } catch {
      throw FlightError(error)
    }
  }

  /// The answer to `GetSchema`.
  package static func schemaResult(_ function: ServedFunction) throws(FlightError) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.bytes(1, try schema(function))
    return writer.bytes
  }
}
