/// Two ways of doing one thing, timed in turn so that a change of the machine's speed hits both.
struct PairedTiming {
  /// Seconds, one per repetition.
  private(set) var subject: [Double] = []
  private(set) var reference: [Double] = []

  /// Times both `repetitions` times, after an uncounted warm-up.
  init(repetitions: Int, warmUp: Int = 3, subject: () throws -> Void, reference: () throws -> Void) rethrows {
    for repetition in -warmUp..<repetitions {
      let one = try seconds(subject)
      let other = try seconds(reference)
      guard repetition >= 0 else { continue }
      self.subject.append(one)
      self.reference.append(other)
    }
  }

  /// The median of the ratios, pair by pair.
  var ratio: Double { median(zip(subject, reference).map { $0 / $1 }) }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let duration = try clock.measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Where the middle half of the values lies.
func middleHalf(_ values: [Double]) -> ClosedRange<Double> {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0...0 }
  return sorted[sorted.count / 4]...sorted[sorted.count * 3 / 4]
}
