import ArrowIPC
import Columnar

/// Serves one function over a pipe: Arrow streams of arguments come one after the other, and streams of results go back.
///
/// ClickHouse's executable functions are such pipes: each block comes as a whole stream, and the answer has as many rows. The
/// answer has no mark at its end, which ClickHouse would find before the next block and take for an empty stream.
package struct PipeService: Sendable {
  private let functions: [ServedFunction]
  private var needs: CallerNeeds
  private var options: IPCReadOptions

  /// - Parameters:
  ///   - functions: overloads of each other, at least one.
  ///   - maxBytes: how large the body of a message may be; decompressed four times that.
  package init(_ functions: [ServedFunction], _ needs: CallerNeeds, maxBytes: Int) {
    (self.functions, self.needs) = (functions, needs)
    options = IPCReadOptions(maxBodyBytes: maxBytes, maxDecompressedBytes: 4 * maxBytes)
    // What comes as text may be bytes: the function says, and the call checks what it is then.
    self.options.validation = .structural
    self.needs.areColumnsUnchecked = true
  }

  /// Answers until there is no more to read.
  ///
  /// - Parameters:
  ///   - read: the next bytes; none at the end.
  ///   - write: takes bytes that must be on their way when it returns.
  /// - Throws: `FlightError`, and what the closures throw.
  package func run(read: () throws -> [UInt8], write: ([UInt8]) throws -> Void) async throws {
    var bytes = try read()
    while !bytes.isEmpty { bytes = try await answerStream(bytes, read, write) }
  }

  /// - Throws: what the function does not take, when the answer has begun: ClickHouse shows what a process that ended wrote to
  ///   standard error only then.
  private func begin(_ schema: Schema, _ write: ([UInt8]) throws -> Void) throws -> FunctionCall {
    do throws(FlightError) { return try FunctionCall(functions, schema, needs) } catch {
      if let function = functions.first {
        try write(MessageEncoder(schema: Schema(function.results)).schemaMessage.bytes)
      }
      throw error
    }
  }

  /// Answers one stream; returns what comes after it, nothing when there is no more.
  private func answerStream(
    _ first: [UInt8], _ read: () throws -> [UInt8], _ write: ([UInt8]) throws -> Void
  ) async throws -> [UInt8] {
    var reader = ArrowStreamReader(options: options)
    var (call, encoder): (FunctionCall?, MessageEncoder?)
    var bytes = first
    do {
      while true {
        var left = 0
        let batches = try reader.read(bytes.span.bytes, left: &left)
        if call == nil, let schema = reader.schema {
          let begun = try begin(schema, write)
          call = begun
          let made = try MessageEncoder(schema: begun.schema)
          encoder = made
          try write(made.schemaMessage.bytes)
        }
        for batch in batches {
          try await call?.answer(batch) { answer in
            try write(try encoder?.encode(answer).flatMap(\.bytes) ?? [])
          }
        }
        if reader.isAtEnd {
          try reader.finish()
          try await call?.finish()
          return left > 0 ? Array(bytes.suffix(left)) : try read()
        }
        bytes = try read()
        guard !bytes.isEmpty else {
          try reader.finish()
          try await call?.finish()
          return []
        }
      }
    } catch let error as IPCError {
      throw FlightError(error)
    }
  }
}
