package import CoreMetrics
import Synchronization

/// What is counted of functions, in memory: a backend of swift-metrics that a shell asks.
///
/// All members may be used from any thread.
package final class FunctionCounts: MetricsFactory {
  /// A metric of one function.
  private struct Key: Hashable {
    let label: String
    let source: String
    let function: String
  }

  private let values = Mutex<[Key: Value]>([:])

  package init() {}

  /// Counts what functions do that are loaded in `body`.
  package func counting<Value>(_ body: () throws -> Value) throws -> Value {
    try withMetricsFactory(self) { () throws(any Error) in try body() }
  }

  /// What has been counted of a function; errors of all types together.
  package func total(_ label: String, of function: String, in source: String) -> Double {
    let key = Key(label: label, source: source, function: function)
    return values.withLock { $0[key] }?.total ?? 0
  }

  private func value(_ label: String, _ dimensions: [(String, String)]) -> Value {
    func dimension(_ name: String) -> String { dimensions.first { $0.0 == name }?.1 ?? "" }
    let key = Key(label: label, source: dimension("source"), function: dimension("function"))
    return values.withLock { values in
      if let value = values[key] { return value }
      let made = Value()
      values[key] = made
      return made
    }
  }

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    value(label, dimensions)
  }
  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler { value(label, dimensions) }
  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler { value(label, dimensions) }
  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { value(label, dimensions) }
  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { value(label, dimensions) }
  // What has been counted stays: a version's functions go with it, and its counts are asked for later.
  package func destroyCounter(_ handler: any CounterHandler) {}
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  package func destroyMeter(_ handler: any MeterHandler) {}
  package func destroyTimer(_ handler: any TimerHandler) {}

  private final class Value: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    private let sum = Mutex(0.0)

    var total: Double { sum.withLock { $0 } }

    func increment(by amount: Int64) { sum.withLock { $0 += Double(amount) } }
    func increment(by amount: Double) { sum.withLock { $0 += amount } }
    func decrement(by amount: Double) { sum.withLock { $0 -= amount } }
    func set(_ value: Int64) { sum.withLock { $0 = Double(value) } }
    func set(_ value: Double) { sum.withLock { $0 = value } }
    func record(_ value: Int64) { sum.withLock { $0 += Double(value) } }
    func record(_ value: Double) { sum.withLock { $0 += value } }
    func recordNanoseconds(_ duration: Int64) { sum.withLock { $0 += Double(duration) / 1e9 } }
    func reset() { sum.withLock { $0 = 0 } }
  }
}
