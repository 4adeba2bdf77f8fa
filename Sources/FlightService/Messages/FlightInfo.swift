import ArrowIPC
internal import Columnar

/// What a function takes and gives, as `GetFlightInfo` and `ListFlights` say it.
package enum FlightInfo {
  /// - Parameters:
  ///   - descriptor: what was asked for, which the answer repeats.
  ///   - engine: which asks, if that is known.
  /// - Throws: `FlightError`.
  package static func encoded(
    _ function: ServedFunction, _ descriptor: FlightDescriptor, for engine: Engine? = nil
  ) throws(FlightError) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.bytes(1, try schema(function, for: engine))
    writer.bytes(2, descriptor.encoded)
    // How many of the fields are arguments. Clients take a missing number for none.
    writer.number(4, Int64(function.arguments.count))
    return writer.bytes
  }

  /// The schema as an IPC message with its frame: the arguments, then the result.
  package static func schema(
    _ function: ServedFunction, for engine: Engine? = nil
  ) throws(FlightError) -> [UInt8] {
    do throws(IPCError) {
      let fields = (function.arguments + function.results).map { $0.marked(for: engine) }
      return try MessageEncoder(schema: Schema(fields)).schemaMessage.bytes
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
