#if Server
  import CoreMetrics
  import Synchronization

  /// A number that is counted up, or set.
  final class CountedValue: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    let isGauge: Bool
    private let total = Mutex(0.0)

    init(isGauge: Bool) { self.isGauge = isGauge }

    var value: Double { total.withLock { $0 } }

    func increment(by amount: Int64) { total.withLock { $0 += Double(amount) } }
    func increment(by amount: Double) { total.withLock { $0 += amount } }
    func decrement(by amount: Double) { total.withLock { $0 -= amount } }
    func set(_ value: Int64) { total.withLock { $0 = Double(value) } }
    func set(_ value: Double) { total.withLock { $0 = value } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
    func reset() { set(0.0) }
  }

  /// How often which values came.
  final class RecordedValues: RecorderHandler, TimerHandler {
    struct Snapshot {
      var sum = 0.0
      /// For each of the bounds how many were at most that, and above the one before; at the end those above all.
      var counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    /// From a tenth of a millisecond, a batch of a quick function, to a minute.
    static let bounds = [
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    private let values = Mutex(Snapshot())
    private let unit: Double

    /// - Parameter unit: what values are divided by, so that seconds are shown.
    init(unit: Double) { self.unit = unit }

    var snapshot: Snapshot { values.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
      let value = value / unit
      let place = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
      values.withLock { values in
        values.sum += value
        values.counts[place] += 1
      }
    }

    func recordNanoseconds(_ duration: Int64) { record(duration) }
  }
#endif
