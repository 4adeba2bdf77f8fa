import Columnar
import Functions
import PythonFunctions
import PythonRuntime
import WorkerProcess

/// What a worker has to know before it can load a source.
struct WorkerLoad: Codable, Sendable {
  var source: UDFSource
  var configuration: SubInterpreter.Configuration
  var policy: InterpreterPolicy
  var environment: UDFEnvironment?
  /// The Python program to run; nil for what the worker finds.
  var python: String?
  /// The lowest level of messages that are wanted, and how many of them a second.
  var logLevel: String
  var messagesPerSecond: Int?
  /// Whether rows may be computed without Python.
  var vectorizes: Bool
  /// Whether it looks where the time of its functions goes.
  var profiles: Bool
}

/// How the rows of a step are called, as a worker needs it.
struct WorkerCall: Sendable {
  var errorMode: UDFErrorMode
  var allowsLargeColumns: Bool
  var shortReach: Int
  /// The type that a result is written as, as JSON; nil for that of the function.
  var resultType: String?
  var timeZone: String?
  var columns: [Int]?
  var keepsRows: Bool
  /// Whether failing rows are wanted with their arguments.
  var tellsFailures: Bool
  /// How long each row of an async function may take.
  var concurrentTimeout: Duration?
  /// How many rows of an async function the worker may have under way.
  var places: Int?
  /// Whether all messages are wanted, whatever their level.
  var tellsEverything: Bool
  var isClosing: Bool
}

extension WorkerCall: WireValue {
  func write(to writer: inout WireWriter) {
    writer.write(errorMode.rawValue)
    writer.write(allowsLargeColumns)
    writer.write(shortReach)
    writer.write(resultType)
    writer.write(timeZone)
    writer.write(columns)
    writer.write(keepsRows)
    writer.write(tellsFailures)
    writer.write(concurrentTimeout)
    writer.write(places)
    writer.write(tellsEverything)
    writer.write(isClosing)
  }

  init(from reader: inout WireReader) throws(WireError) {
    let mode = try reader.readText()
    guard let errorMode = UDFErrorMode(rawValue: mode) else { throw WireError("there is no error mode \(mode)") }
    self.errorMode = errorMode
    allowsLargeColumns = try reader.read()
    shortReach = try reader.read()
    resultType = try reader.read()
    timeZone = try reader.read()
    columns = try reader.read()
    keepsRows = try reader.read()
    tellsFailures = try reader.read()
    concurrentTimeout = try reader.read()
    places = try reader.read()
    tellsEverything = try reader.read()
    isClosing = try reader.read()
  }
}

/// What a worker is asked to do, as numbers: their meaning is the version of the protocol's.
enum WorkerStep: UInt8 {
  case load = 1, rows, draw, close, accumulate, merge, export, importing, finishGroups, drop, closeGroups, feed, finish,
    abort, end, inspect, arguments
}

/// What both processes say without being asked, as numbers.
enum WorkerEvent: UInt8 {
  /// The worker is there; the version of the protocol follows.
  case hello = 1
  /// A message of the functions'.
  case record
  /// The policy has denied something.
  case denial
  /// Rows of an async function do not end that were cancelled.
  case hang
  /// Where the code is.
  case frames
}

/// What a worker is told while it may be busy, as numbers.
enum WorkerControl: UInt8 {
  /// The call of a number is to stop.
  case stop = 1
  /// Where the code is, is wanted.
  case frames
}
