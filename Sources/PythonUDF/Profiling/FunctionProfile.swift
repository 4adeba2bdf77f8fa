package import PythonRuntime

/// Where the time of a function's calls was seen to go.
///
/// Seen at moments, about a millisecond from one to the next, each of which stands for the time since the one before. What
/// several interpreters do at the same time is added up.
package struct FunctionProfile: Sendable, Codable {
  /// How often one was seen running, in whatever way.
  package var samples = 0
  /// Nanoseconds in which arguments or results were made: a call was under way, and no Python code.
  package var converting = 0
  /// Nanoseconds without Python, of functions that are plain enough.
  package var native = 0
  /// Nanoseconds of stacks that could not be read, or were too many to be kept.
  package var unknown = 0
  /// Nanoseconds of each stack, innermost first.
  package var stacks: [[SampledFrame]: Int] = [:]
  /// At what places of a function that needs no Python rows are left to it; none where only values decide.
  package var reasons: Set<String> = []

  package init() {}

  /// Nanoseconds in Python code, and in what it calls.
  package var python: Int { stacks.values.reduce(unknown, &+) }

  /// Adds what another one saw.
  package mutating func add(_ other: FunctionProfile) {
    samples &+= other.samples
    converting &+= other.converting
    native &+= other.native
    unknown &+= other.unknown
    reasons.formUnion(other.reasons)
    for (stack, time) in other.stacks { stacks[stack, default: 0] &+= time }
  }

  /// Whether another process can have seen this between two answers: nothing less than none, and no more than days.
  var isPlausible: Bool {
    ([samples, converting, native, unknown] + stacks.values).allSatisfy { (0...1 << 48).contains($0) }
  }

  /// Nanoseconds of each line of a file: those of the innermost frame that is in it, with what that calls.
  package func lines(of file: String) -> [Int: Int] {
    var lines: [Int: Int] = [:]
    for (stack, time) in stacks {
      if let frame = stack.first(where: { $0.file == file }) { lines[frame.line, default: 0] += time }
    }
    return lines
  }
}

/// A function of a source.
package struct ProfiledFunction: Hashable, Sendable, Codable {
  package let name: String
  package let source: String

  package init(name: String, source: String) { (self.name, self.source) = (name, source) }
}
