import Essentials
import PythonRuntime
package import PythonUDF

/// Profiles in the format of speedscope (https://www.speedscope.app/file-format-schema.json): for each function the stacks that
/// were seen, outermost first, each with its seconds.
package struct SpeedscopeProfile: Encodable {
  private let schema = "https://www.speedscope.app/file-format-schema.json"
  private let exporter: String
  private let name: String
  private let activeProfileIndex: Int?
  private let shared: Shared
  private let profiles: [Profile]

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case exporter, name, activeProfileIndex, shared, profiles
  }

  private struct Shared: Encodable { var frames: [Frame] = [] }

  private struct Frame: Encodable, Hashable {
    let name: String
    var file: String?
    var line: Int?
  }

  private struct Profile: Encodable {
    let type = "sampled"
    let name: String
    let unit = "seconds"
    let startValue = 0.0
    let endValue: Double
    let samples: [[Int]]
    let weights: [Double]
  }

  /// - Parameters:
  ///   - name: what was run.
  ///   - program: what has seen it, with its version.
  package init(_ profiles: [ProfiledFunction: FunctionProfile], name: String, program: String) {
    var (shared, numbers) = (Shared(), [Frame: Int]())
    func number(_ frame: Frame) -> Int {
      if let known = numbers[frame] { return known }
      numbers[frame] = shared.frames.count
      shared.frames.append(frame)
      return shared.frames.count - 1
    }
    let ordered = profiles.sorted { one, other in
      let (first, second) = (one.value.whole, other.value.whole)
      return first == second ? one.key.name < other.key.name : first > second
    }
    self.profiles = ordered.map { function, profile in
      let root = number(Frame(name: "\(function.name) (\(function.source))"))
      var seen: [(stack: [Int], time: Int)] = profile.stacks.map { stack, time in
        let frames = stack.reversed().map { number(Frame(name: $0.function, file: $0.file, line: $0.line)) }
        return ([root] + frames, time)
      }
      seen.sort { $0.stack.lexicographicallyPrecedes($1.stack) }
      for (name, time) in [
        ("arguments and results", profile.converting), ("without Python", profile.native),
        ("not seen", profile.unknown),
      ] where time > 0 { seen.append(([root, number(Frame(name: "(\(name))"))], time)) }
      return Profile(
        name: function.name, endValue: Double(profile.whole) / 1e9, samples: seen.map(\.stack),
        weights: seen.map { Double($0.time) / 1e9 })
    }
    (self.shared, self.name, exporter) = (shared, name, program)
    activeProfileIndex = self.profiles.isEmpty ? nil : 0
  }

  /// The text of its file.
  package func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

extension FunctionProfile {
  /// Nanoseconds of everything that was seen.
  fileprivate var whole: Int { python &+ converting &+ native }
}
