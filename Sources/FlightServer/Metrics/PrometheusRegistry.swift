#if Server
  package import CoreMetrics
  import Synchronization

  /// A backend of swift-metrics that keeps what is measured, and writes it as Prometheus reads it.
  ///
  /// No package for that format can be had with swift-metrics alone, and its text form is a page. All members may be used from
  /// any thread.
  package final class PrometheusRegistry: MetricsFactory {
    /// A metric by its name and labels.
    private struct Key: Hashable {
      let name: String
      let labels: String
    }

    private struct State {
      var counters: [Key: CountedValue] = [:]
      var recorders: [Key: RecordedValues] = [:]
      var gauges: [Key: @Sendable () -> Double] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Makes it the backend of all metrics of the process; once, before anything is counted.
    package func bootstrap() { MetricsSystem.bootstrap(self) }

    /// Adds a value that is asked for whenever metrics are read.
    package func gauge(_ name: String, _ labels: [(String, String)] = [], _ value: @escaping @Sendable () -> Double) {
      state.withLock { $0.gauges[Self.key(name, labels)] = value }
    }

    // MARK: What swift-metrics asks for

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
      counter(label, dimensions)
    }

    package func makeFloatingPointCounter(
      label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { counter(label, dimensions) }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
      counter(label, dimensions, isGauge: true)
    }

    package func makeRecorder(
      label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
      aggregate ? recorder(label, dimensions, unit: 1) : counter(label, dimensions, isGauge: true)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
      recorder(label, dimensions, unit: 1e9)
    }

    // What is known stays: a counter that is made anew goes on where it was.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)], isGauge: Bool = false) -> CountedValue {
      let key = Self.key(label, dimensions)
      return state.withLock { state in
        if let counter = state.counters[key] { return counter }
        let counter = CountedValue(isGauge: isGauge)
        state.counters[key] = counter
        return counter
      }
    }

    private func recorder(_ label: String, _ dimensions: [(String, String)], unit: Double) -> RecordedValues {
      let key = Self.key(label, dimensions)
      return state.withLock { state in
        if let recorder = state.recorders[key] { return recorder }
        let recorder = RecordedValues(unit: unit)
        state.recorders[key] = recorder
        return recorder
      }
    }

    // MARK: As text

    /// Everything, in the text format 0.0.4.
    package var text: String {
      let state = self.state.withLock { $0 }
      var families: [String: (type: String, lines: [(String, [String])])] = [:]
      func add(_ name: String, _ type: String, _ labels: String, _ lines: [String]) {
        families[name, default: (type, [])].lines.append((labels, lines))
      }
      for (key, counter) in state.counters {
        let name = counter.isGauge ? key.name : key.name + "_total"
        add(name, counter.isGauge ? "gauge" : "counter", key.labels, [Self.line(name, key.labels, counter.value)])
      }
      for (key, gauge) in state.gauges {
        add(key.name, "gauge", key.labels, [Self.line(key.name, key.labels, gauge())])
      }
      for (key, recorder) in state.recorders {
        add(key.name, "histogram", key.labels, Self.lines(key.name, key.labels, recorder.snapshot))
      }
      var text = ""
      for (name, family) in families.sorted(by: { $0.key < $1.key }) {
        text += "# TYPE \(name) \(family.type)\n"
        for (_, lines) in family.lines.sorted(by: { $0.0 < $1.0 }) { text += lines.map { $0 + "\n" }.joined() }
      }
      return text
    }

    private static func lines(_ name: String, _ labels: String, _ values: RecordedValues.Snapshot) -> [String] {
      var lines: [String] = []
      var sum = 0
      for (bound, count) in zip(RecordedValues.bounds.map { "\($0)" } + ["+Inf"], values.counts) {
        sum += count
        let bounded = labels.isEmpty ? "le=\"\(bound)\"" : "\(labels),le=\"\(bound)\""
        lines.append(line(name + "_bucket", bounded, Double(sum)))
      }
      return lines + [line(name + "_sum", labels, values.sum), line(name + "_count", labels, Double(sum))]
    }

    private static func line(_ name: String, _ labels: String, _ value: Double) -> String {
      let number = value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
      return labels.isEmpty ? "\(name) \(number)" : "\(name){\(labels)} \(number)"
    }

    private static func key(_ name: String, _ labels: [(String, String)]) -> Key {
      let valid = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
      let pairs = labels.sorted { $0.0 < $1.0 }.map { name, value in
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\(name)=\"\(escaped)\""
      }
      return Key(name: valid, labels: pairs.joined(separator: ","))
    }
  }
#endif
