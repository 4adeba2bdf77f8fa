#if Server
  import Columnar
  import FlightService
  import GRPCServing
  import NIOCore

  /// A call of one message, which is answered with any number of messages once it has all come.
  final class UnaryHandler: RPCHandler {
    private let call: RPCCall
    private let report: CallReport
    private let answer: (Buffer) throws(FlightError) -> [[UInt8]]
    private var request: ByteBuffer?
    private var isOver = false

    init(_ call: RPCCall, _ report: CallReport, _ answer: @escaping (Buffer) throws(FlightError) -> [[UInt8]]) {
      (self.call, self.report, self.answer) = (call, report, answer)
    }

    func received(_ message: ByteBuffer) {
      guard !isOver else { return }
      guard request == nil else {
        return fail(FlightError(.invalidArgument, "this method takes one message, and a second one came"))
      }
      request = message
    }

    func receivedEnd() {
      guard !isOver else { return }
      guard let request else {
        return fail(FlightError(.invalidArgument, "this method takes one message, and none came"))
      }
      do throws(FlightError) {
        let answers = try answer(Buffer(sharing: request))
        isOver = true
        for answer in answers { call.send([ByteBuffer(bytes: answer)]) }
        call.finish(.ok)
      } catch {
        fail(error)
      }
    }

    func becameWritable() {}

    func ended(_ reason: RPCEnd) { isOver = true }

    private func fail(_ error: FlightError) {
      isOver = true
      report.failed(error)
      call.finish(RPCStatus(error))
    }
  }
#endif
