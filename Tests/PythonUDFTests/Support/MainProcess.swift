import Columnar
import PythonRuntime
import PythonUDF
import TestSupport

/// A process of a test's own with functions in its main interpreter: what runs there stays for the process's life.
enum MainProcess {
  /// Chooses the checkout's Python, which has numpy, pandas and pyarrow; the process ends by a signal should it hang.
  static func begin(memoryLimit: Int? = nil, allowsThreads: Bool = false) throws -> HostOptions {
    ThisProcess.end(after: 400)
    var configuration = SubInterpreter.Configuration.isolated(memoryLimit: memoryLimit)
    configuration.allowsThreads = allowsThreads
    return HostOptions(
      configuration: configuration, placement: .main,
      discovery: PythonDiscovery(explicitPath: try Checkout.environment()))
  }

  /// A pool of one source there.
  static func pool(_ text: String) throws -> UDFPool {
    try UDFPool(UDFSource(text), begin())
  }
}

extension Column {
  /// Values of a fixed width, of a type that they do not name.
  init<Value: FixedWidthColumnElement>(type: ColumnType, values: [Value?]) throws {
    var builder = try FixedWidthBuilder<Value>(type: type)
    for value in values { if let value { builder.append(value) } else { builder.appendNull() } }
    self = builder.finish()
  }
}
